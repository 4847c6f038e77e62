import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../schemas/root.ts';
import { runStep } from '../prepare/command.ts';
import { bundledLicences, bundleSdk, DEPENDENCIES } from './bundle.ts';
import { sdkDeclarations, writeDeclarations } from './declarations.ts';

/** What is read of the SDK's manifest and the project's. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Builds the publishing SDK as a package.
 * @param folder is emptied; the tarball and, in package/, what is in it
 * @returns the path of the tarball
 * @throws with what is wrong with the sources, or npm's output
 */
export async function buildSdk(folder: string): Promise<string> {
  const contents = join(folder, 'package');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(contents, { recursive: true });
  const manifest: Manifest = JSON.parse(projectFile('producers', 'sdk', 'manifest.json'));
  const project: Manifest = JSON.parse(projectFile('package.json'));
  // Exactly the versions that the project tests with: kafkajs is adapted by its inner modules.
  const dependencies = Object.fromEntries(DEPENDENCIES.map((name) => [name, project.dependencies[name]]));

  await bundleSdk(join(contents, 'index.js'));
  writeDeclarations(sdkDeclarations(), join(contents, 'types'));
  const files = {
    'package.json': `${JSON.stringify({ ...manifest, dependencies }, undefined, 2)}\n`,
    'README.md': projectFile('producers', 'sdk', 'README.md'),
    'CHANGELOG.md': projectFile('producers', 'sdk', 'CHANGELOG.md'),
    LICENSE: projectFile('LICENSE'),
    'THIRD-PARTY-LICENSES': bundledLicences(),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(contents, name), text);

  await runStep('packing the SDK', 'npm', ['pack', contents, '--pack-destination', folder, '--silent']);
  return join(folder, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
}
