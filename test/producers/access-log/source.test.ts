import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { LogUnreadableError, openLog } from '../../../producers/access-log/source.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'api-credits-source-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CONTENT = 'a line of a log\n'.repeat(50_000);

/** The content, read twice: every repetition reads the log again. */
async function contentOf(file: string, stdin: Readable = Readable.from([])): Promise<string[]> {
  const source = await openLog(file, join(folder, 'spool'), stdin);
  try {
    const readings = [];
    for (let reading = 0; reading < 2; reading += 1) {
      const chunks = [];
      for await (const chunk of source.chunks()) chunks.push(chunk);
      readings.push(Buffer.concat(chunks).toString());
    }
    return readings;
  } finally {
    await source.close();
  }
}
function fileWith(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe('a log is read', () => {
  it.each([
    ['plain', 'access.log', Buffer.from(CONTENT)],
    ['gzip', 'access.log.gz', gzipSync(CONTENT)],
    ['gzip without its name', 'access.log', gzipSync(CONTENT)],
    ['plain with the name of gzip', 'access.log.gz', Buffer.from(CONTENT)],
    [
      'gzip in two members, as logrotate appends',
      'a.gz',
      Buffer.concat([gzipSync(CONTENT.slice(0, 9)), gzipSync(CONTENT.slice(9))]),
    ],
    [
      'gzip with zeros behind it, as tapes add them',
      'a.gz',
      Buffer.concat([gzipSync(CONTENT), Buffer.alloc(700_000)]),
    ],
    [
      'gzip in two members with zeros between them',
      'a.gz',
      Buffer.concat([gzipSync(CONTENT.slice(0, 9)), Buffer.alloc(512), gzipSync(CONTENT.slice(9))]),
    ],
    [
      'gzip in many members, some of them empty',
      'a.gz',
      Buffer.concat([
        gzipSync(''),
        ...(CONTENT.match(/.{1,9000}/gs)?.map((part) => gzipSync(part)) ?? []),
        gzipSync(''),
      ]),
    ],
  ])('%s, as often as needed', async (_, name, bytes) => {
    expect(await contentOf(fileWith(name, bytes))).toEqual([CONTENT, CONTENT]);
  });

  it.each([
    ['plain', Buffer.from(CONTENT)],
    ['gzip', gzipSync(CONTENT)],
  ])('from standard input, %s, which leaves no file', async (_, bytes) => {
    const stdin = Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]);
    expect(await contentOf('-', stdin)).toEqual([CONTENT, CONTENT]);
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
  });

  it('when it is empty', async () => {
    expect(await contentOf(fileWith('empty', ''))).toEqual(['', '']);
    expect(await contentOf('-')).toEqual(['', '']);
  });

  it('by a reader that stops early, and others after it', async () => {
    const source = await openLog(fileWith('a.gz', gzipSync(CONTENT)), folder, Readable.from([]));
    for await (const _ of source.chunks()) break;
    let bytes = 0;
    for await (const chunk of source.chunks()) bytes += chunk.length;
    await source.close();
    expect(bytes).toBe(CONTENT.length);
  });
});

const unreadable = (name: string): object => ({
  code: 'LOG_UNREADABLE',
  message: expect.stringContaining(`${name} cannot be read: `),
});

describe('a log that cannot be read is named, with the reason', () => {
  it('because it is not there', async () => {
    await expect(contentOf(join(folder, 'missing.log'))).rejects.toMatchObject(unreadable('missing.log'));
  });

  it('because it is a directory', async () => {
    mkdirSync(join(folder, 'directory'));
    await expect(contentOf(join(folder, 'directory'))).rejects.toMatchObject(unreadable('directory'));
  });

  it('because its gzip is cut short', async () => {
    const cut = fileWith('cut.gz', gzipSync(CONTENT).subarray(0, -20));
    await expect(contentOf(cut)).rejects.toMatchObject(unreadable('cut.gz'));
  });

  it.each([
    ['text', Buffer.from(CONTENT)],
    ['zeros and text', Buffer.concat([Buffer.alloc(300_000), Buffer.from(CONTENT)])],
    ['half a member', gzipSync(CONTENT).subarray(0, 100)],
    ['the first byte of a member', Buffer.from([0x1f])],
    ['something that begins as a member does', Buffer.from([0x1f, 0x8b, 0xff, 0xff])],
  ])('because its gzip is followed by %s', async (_, rest) => {
    const file = fileWith('mixed.gz', Buffer.concat([gzipSync(CONTENT), rest]));
    await expect(contentOf(file)).rejects.toMatchObject(unreadable('mixed.gz'));
    await expect(contentOf(file)).rejects.toThrow(/gzip data .*gzip -dc FILE \| npm run replay -- -/);
  });

  it('because its gzip is damaged anywhere, unless it still holds all', async () => {
    const content = 'a line of a log\n'.repeat(3);
    const zipped = gzipSync(content);
    const outcomes = new Set<unknown>();
    // Bytes 3 to 9 are flags, a time and a system, which say nothing of the content.
    for (let index = 10; index < zipped.length; index += 1) {
      const damaged = Buffer.from(zipped);
      damaged[index] = (damaged[index] ?? 0) ^ 0x10;
      const [read] = await contentOf(fileWith('damaged.gz', damaged)).catch((error: unknown) => [error]);
      outcomes.add(read instanceof LogUnreadableError ? 'named' : read);
    }
    expect(outcomes).toEqual(new Set(['named', content]));
  });

  it.each([
    ['a zip archive', Buffer.from('PK\x03\x04\x14\0')],
    ['compressed by zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
    ['compressed by xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])],
    ['compressed by bzip2', Buffer.from('BZh91AY&SY')],
    ['UTF-16 text', Buffer.from('\uFEFF10.0.0.1 - -', 'utf16le')],
  ])('because it is %s', async (what, bytes) => {
    const file = fileWith('a.log', Buffer.concat([bytes, Buffer.from(CONTENT)]));
    await expect(contentOf(file)).rejects.toMatchObject(unreadable(`a.log`));
    await expect(contentOf(file)).rejects.toThrow(`it is ${what}. Replay its text instead: `);
  });
});
