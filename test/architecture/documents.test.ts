import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { projectRoot } from '../../schemas/root.ts';
import { brokenLinks, missingPaths, missingSections, unknownCommands } from './documents.ts';
import type { Source } from './layers.ts';
import { readProjectFiles } from './project-files.ts';

const root = projectRoot();
// Applied migrations cannot change, so neither can the paths in their comments (platform/clickhouse/migrate.ts).
const files = readProjectFiles(root).filter(
  ({ path }) => !/^schemas\/clickhouse\/|^test\/architecture\//.test(path),
);
const Manifest = Type.Object({ scripts: Type.Record(Type.String(), Type.String()) });
const manifest = Value.Parse(Manifest, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const scripts = new Set(Object.keys(manifest.scripts));

const textAt = (path: string): string => files.find((file) => file.path === path)?.text ?? '';

describe('documents', () => {
  it('link to files and headings that exist', () => {
    expect(brokenLinks(root, files)).toEqual([]);
  });

  it('and code name only commands of package.json', () => {
    expect(unknownCommands(files, scripts)).toEqual([]);
  });

  it('and code name only files and folders that exist', () => {
    expect(missingPaths(root, files)).toEqual([]);
  });

  it('have the sections that code refers to', () => {
    expect(missingSections(files)).toEqual([]);
  });

  it('list every environment variable of every process', () => {
    const configs = files.filter(({ path }) => /(^|\/)(config|variables|retention|keys)\.ts$/.test(path));
    const declared = configs
      .filter(({ path }) => !path.startsWith('test/'))
      .flatMap(({ text }) => [...text.matchAll(/^ {2}([A-Z][A-Z_]{3,}):/gm)].map(([, name = '']) => name));
    expect(declared.length).toBeGreaterThan(20);
    const documented = textAt('docs/operations.md');
    expect(declared.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
  });
});

const document = (text: string): Source => ({ path: 'docs/x.md', text });

describe('the check of documents', () => {
  it('finds a link to a file or heading that does not exist', () => {
    expect(brokenLinks(root, [document('[a](domain.md) [b](nowhere.md) [c](#here)\n## There')])).toEqual([
      'docs/x.md: nowhere.md',
      'docs/x.md: #here',
    ]);
  });

  it('finds a command that package.json does not have, unless it is not there yet', () => {
    const text = '`npm run token` `npm run sell`\n## Not there yet\n`npm run buy`\n## More\n`npm run rent`';
    expect(unknownCommands([document(text)], scripts)).toEqual([
      'docs/x.md: npm run sell',
      'docs/x.md: npm run rent',
    ]);
  });

  it('finds a path that the tree does not have', () => {
    const text = 'schemas/topics.ts schemas/nothing.ts docs/ api/nowhere/ dist/api/main.ts test/**/*.ts';
    expect(missingPaths(root, [document(text)])).toEqual([
      'docs/x.md: schemas/nothing.ts',
      'docs/x.md: api/nowhere/',
    ]);
  });

  it('finds a reference to a section that the document does not have', () => {
    const domain = { path: 'docs/domain.md', text: '## Windows\n\n- **Watermark** (x): y' };
    const code = { path: 'a.ts', text: '(domain.md, Watermark) (domain.md, Windows) (domain.md, Levels)' };
    expect(missingSections([domain, code])).toEqual(['a.ts: domain.md, Levels']);
  });
});
