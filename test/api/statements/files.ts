import { extractText } from 'unpdf';
import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { SECRET, type ApiUnderTest } from '../api-under-test.ts';

export interface File {
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** The bytes of a GET that must return 200. */
export async function fetchFile(api: ApiUnderTest, path: string, claims: Claims): Promise<File> {
  const token = await signToken(SECRET, claims, api.clock.now + 60_000);
  const response = await fetch(api.url + path, { headers: { authorization: `Bearer ${token}` } });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** The text of each page in the order of printing, with one space between pieces. */
export async function pagesOf(pdf: Uint8Array): Promise<string[]> {
  const { text } = await extractText(pdf.slice());
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
}

export async function fetchPdf(api: ApiUnderTest, path: string, claims: Claims): Promise<string[]> {
  return pagesOf((await fetchFile(api, path, claims)).bytes);
}

export async function fetchCsv(
  api: ApiUnderTest,
  path: string,
  claims: Claims,
): Promise<Record<string, string>[]> {
  const { bytes } = await fetchFile(api, path, claims);
  return parseCsv(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

/** Records by the names of the first line (strict RFC 4180). Throws if a record has more or fewer cells. */
export function parseCsv(text: string): Record<string, string>[] {
  const records: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let at = 0; at < text.length; at = cell.lastIndex) {
    cell.lastIndex = at;
    const match = cell.exec(text);
    if (match === null) throw new Error(`no CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    const [, quoted, plain = '', end] = match;
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') records.push([]);
  }
  if (records.pop()?.length !== 0) throw new Error('the last line has no end');
  const [names = [], ...rest] = records;
  return rest.map((cells) => {
    if (cells.length !== names.length) throw new Error(`${cells.length} cells of ${names.length}`);
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}
