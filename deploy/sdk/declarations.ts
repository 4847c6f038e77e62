import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isolatedDeclarationSync } from 'rolldown/experimental';
import { projectFile } from '../../schemas/root.ts';
import { SDK_ENTRY } from './bundle.ts';

const IMPORT = /(\bfrom\s*['"])(\.[^'"]+)\.ts(['"])/g;

/** A source's declarations, by the path of the source. */
export type Declarations = ReadonlyMap<string, string>;

/**
 * The declarations of the SDK's exports and of all that they name, one file for a source. They name nothing of other
 * packages, not even of Node, so that they are checked wherever the package is installed.
 * @throws where an exported value has no explicit type, or a type is a package's
 */
export function sdkDeclarations(): Declarations {
  const declarations = new Map<string, string>();
  const pending = [SDK_ENTRY];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (declarations.has(path)) continue;
    const { code, errors } = isolatedDeclarationSync(path, projectFile(path));
    const [error] = errors;
    if (error) throw new Error(`${path} cannot be declared: ${error.message}`);
    const foreign = /\bfrom\s*['"]([^.'"][^'"]*)/.exec(code)?.[1];
    if (foreign !== undefined) {
      throw new Error(`${path} has types of ${foreign}: write them out, so that users need not install it.`);
    }
    declarations.set(path, code);
    for (const [, , target] of code.matchAll(IMPORT)) pending.push(join(dirname(path), `${target}.ts`));
  }
  return declarations;
}

export function writeDeclarations(declarations: Declarations, folder: string): void {
  for (const [path, code] of declarations) {
    const file = join(folder, path.replace(/\.ts$/, '.d.ts'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code.replaceAll(IMPORT, '$1$2.js$3'));
  }
}

/** The public API for people to compare: the declarations without their comments, in the order of their paths. */
export function apiReport(declarations: Declarations): string {
  return [...declarations]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, code]) => `// ${path}\n${withoutComments(code)}`)
    .join('\n');
}

const withoutComments = (code: string): string =>
  code.replaceAll(/^\s*\/\*\*[^]*?\*\/\n/gm, '').replaceAll(/^\s*\/\/.*\n/gm, '');
