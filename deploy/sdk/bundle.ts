import { join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { projectFile, projectRoot } from '../../schemas/root.ts';

/** The packages that the bundle imports; they become its dependencies. What else it uses is in it. */
export const DEPENDENCIES = ['avsc', 'kafkajs'] as const;
/** What the bundle contains of packages, whose licences the package repeats. */
const BUNDLED = new Set(['typebox']);
export const SDK_ENTRY = 'producers/sdk/exports.ts';

/** Files that are others in the package. */
const SUBSTITUTES: Readonly<Record<string, () => string>> = {
  // The package has no project folder: the files that are read of it are in it.
  'schemas/root.ts': () => `
    const FILES = ${JSON.stringify({ 'schemas/call-event.avsc': projectFile('schemas', 'call-event.avsc') })};
    export const projectFile = (...path) => FILES[path.join('/')];
  `,
  // The application may have a kafkajs of its own, of which npm then makes one copy. Only consumers need the replaced
  // modules, and an application's own consumers must find kafkajs as it is.
  'platform/kafka/kafkajs.ts': () => `
    import kafkajs from 'kafkajs';
    export const { Kafka, CompressionTypes, Partitioners, logLevel } = kafkajs;
  `,
};

/**
 * Bundles the SDK into one ES module.
 * @throws where it would contain or import a package that is not listed here
 */
export async function bundleSdk(file: string): Promise<void> {
  const bundle = await rolldown({
    cwd: projectRoot(),
    input: SDK_ENTRY,
    platform: 'node',
    external: [...DEPENDENCIES],
    plugins: [substitute],
  });
  const { output } = await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  for (const chunk of output) {
    if (chunk.type !== 'chunk') continue;
    const imported = chunk.imports.filter((name) => !name.startsWith('node:'));
    const contained = Object.entries(chunk.modules).flatMap(([id, { renderedLength }]) =>
      renderedLength > 0 ? (/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []) : [],
    );
    rejectUnlisted('imports', imported, new Set(DEPENDENCIES));
    rejectUnlisted('contains', contained, BUNDLED);
  }
}

/** The licences of the packages in the bundle. */
export function bundledLicences(): string {
  return [...BUNDLED].map((name) => projectFile('node_modules', name, 'license')).join('\n');
}

const substitute: Plugin = {
  name: 'substitute',
  load(id) {
    const path = Object.keys(SUBSTITUTES).find((each) => id === join(projectRoot(), each));
    return path === undefined ? null : SUBSTITUTES[path]?.();
  },
};

function rejectUnlisted(verb: string, names: readonly string[], allowed: ReadonlySet<string>): void {
  const unexpected = [...new Set(names)].filter((name) => !allowed.has(name));
  if (unexpected.length === 0) return;
  throw new Error(
    `The SDK's bundle ${verb} ${unexpected.join(', ')}: import less of it in producers/, or list it in deploy/sdk/bundle.ts.`,
  );
}
