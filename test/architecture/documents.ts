import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LAYERS, type Source } from './layers.ts';

/** Something a document or a comment names that is not there, as `path: what`. */
export type Missing = string;

const FOLDERS = [...LAYERS.flat(), 'docs', 'conformance'].join('|');
const PATH = new RegExp(String.raw`(?<![\w./$@{-])(?:${FOLDERS})/[\w./*-]*[\w*/]`, 'g');
const NOT_THERE_YET = /^## Not there yet$[^]*?(?=^## |(?![^]))/m;
const isDocument = ({ path }: Source): boolean => path.endsWith('.md');

/** Relative links of documents that lead nowhere, their anchors included. */
export function brokenLinks(root: string, files: readonly Source[]): Missing[] {
  const documents = new Map(files.filter(isDocument).map(({ path, text }) => [path, text]));
  return [...documents].flatMap(([path, text]) =>
    [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => {
        const [target = '', anchor] = link.split('#');
        const file = target === '' ? path : join(dirname(path), target);
        if (!existsSync(join(root, file))) return true;
        return anchor !== undefined && !anchorsOf(documents.get(file) ?? '').includes(anchor);
      })
      .map((link) => `${path}: ${link}`),
  );
}

/** Commands that documents or messages name and package.json does not have. */
export function unknownCommands(files: readonly Source[], scripts: ReadonlySet<string>): Missing[] {
  return files.flatMap((file) =>
    [...textOf(file).matchAll(/\bnpm run (?:-s |-- )?([a-z][\w-]*)/g)]
      .filter(([, name = '']) => !scripts.has(name))
      .map(([command]) => `${file.path}: ${command}`),
  );
}

/** Project files and folders that documents, comments or messages name and the tree does not have. */
export function missingPaths(root: string, files: readonly Source[]): Missing[] {
  return files.flatMap((file) =>
    [...textOf(file).matchAll(PATH)]
      .map(([path]) => path)
      .filter((path) => isFileOrFolder(path) && !existsSync(join(root, path)))
      .map((path) => `${file.path}: ${path}`),
  );
}

/** References like "domain.md, Windows" to a section that the document does not have. */
export function missingSections(files: readonly Source[]): Missing[] {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(/\b(domain|interfaces|design|operations)\.md, "?([A-Z][^"():;.\n]*)/g)]
      .filter(([, document, section = '']) => {
        const target = files.find((file) => file.path === `docs/${document}.md`);
        return !titlesOf(target?.text ?? '').some(
          (title) => section.startsWith(title) || title.startsWith(section),
        );
      })
      .map(([reference]) => `${path}: ${reference}`),
  );
}

/** What a document may not promise: "Not there yet" names what is planned. */
const textOf = (file: Source): string =>
  isDocument(file) ? file.text.replace(NOT_THERE_YET, '') : file.text;

/** `test/x.ts` and `docs/` are paths; `schemas/types` and `*` patterns may be anything. */
const isFileOrFolder = (path: string): boolean =>
  !path.includes('*') && (path.endsWith('/') || /\.(ts|tsx|mjs|sql|json|avsc|md|xml|png)$/.test(path));

/** Headings, and the bold names that begin a list item; of "Identity: an event counts once" the part before the colon. */
function titlesOf(text: string): string[] {
  const titles = text.matchAll(/^(?:#+ |- \*\*)([^*\n]+?)(?:\*\*.*)?$/gm);
  return [...titles].map(([, title = '']) => title.split(':')[0] ?? title);
}

/** Anchors of the headings, as code forges make them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(/\s/g, '-'),
  );
}
