import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';

const root = projectRoot();
const FOLDERS = ['schemas', 'producers', 'consumers', 'aggregator', 'api', 'deploy'];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|sql)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
).filter((path) => !path.includes('/target/') && !path.includes('node_modules'));

const sources = files.map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }));

/** The project's files that a file imports, by their path from the root. */
function importsOf({ path, text }: { path: string; text: string }): string[] {
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, target = '']) =>
    relative(root, resolve(root, dirname(path), target)),
  );
}

const offenders = (isOffence: (source: { path: string; text: string }) => boolean): string[] =>
  sources.filter(isOffence).map(({ path }) => path);

describe('SQL', () => {
  it('never says PREWHERE, which together with FINAL is applied before replacing and gives wrong figures', () => {
    expect(offenders(({ text }) => /\bPREWHERE\b/i.test(text))).toEqual([]);
  });

  it('compares hours with a literal list: IN arrayMap(...) becomes has(...), which prunes nothing', () => {
    expect(offenders(({ text }) => /\bIN arrayMap\(/i.test(text))).toEqual([]);
  });
});

describe('the folders', () => {
  it('import towards schemas/, which imports nothing but itself', () => {
    const strays = sources
      .filter(({ path }) => path.startsWith('schemas/'))
      .flatMap((source) => importsOf(source).filter((target) => !target.startsWith('schemas/')));
    expect(strays).toEqual([]);
  });

  it('never import another process, nor a pipeline folder that is not theirs to use', () => {
    const allowed: Record<string, string[]> = {
      producers: ['producers', 'schemas', 'deploy'],
      consumers: ['consumers', 'schemas', 'deploy'],
      aggregator: ['aggregator', 'schemas', 'deploy'],
      api: ['api', 'aggregator', 'schemas', 'deploy'],
    };
    const strays = sources.flatMap((source) => {
      const own = allowed[source.path.split('/')[0] ?? ''];
      if (!own) return [];
      return importsOf(source)
        .filter((target) => !own.includes(target.split('/')[0] ?? '') || target.endsWith('main.ts'))
        .map((target) => `${source.path} imports ${target}`);
    });
    expect(strays).toEqual([]);
  });

  it('have no util, helper or common, no barrel and no default export', () => {
    expect(offenders(({ path }) => /(^|\/)(utils?|helpers?|common|index)(\.ts|\/)/.test(path))).toEqual([]);
    expect(offenders(({ path, text }) => path.endsWith('.ts') && /^export default/m.test(text))).toEqual([]);
  });
});

describe('the repository', () => {
  it('names no registry host in its lock file', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/);
  });
});
