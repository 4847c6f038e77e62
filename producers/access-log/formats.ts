/** First bytes that no access log has, as Latin-1 text. */
const FOREIGN_FORMATS: readonly [start: RegExp, what: string, remedy: string][] = [
  [/^PK[\x03\x05\x07]/, 'a zip archive', 'Unpack it first.'],
  [/^\x28\xb5\x2f\xfd/, 'compressed by zstd', 'Unpack it first (zstd -dc FILE | npm run replay -- -).'],
  [/^\xfd7zXZ\0/, 'compressed by xz', 'Unpack it first (xz -dc FILE | npm run replay -- -).'],
  [
    /^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/,
    'compressed by bzip2',
    'Unpack it first (bzip2 -dc FILE | npm run replay -- -).',
  ],
  [/^7z\xbc\xaf/, 'a 7-Zip archive', 'Unpack it first.'],
  [/^\x04\x22\x4d\x18/, 'compressed by lz4', 'Unpack it first (lz4 -dc FILE | npm run replay -- -).'],
  [/^\x1f\x9d/, 'compressed by compress', 'Unpack it first (uncompress -c FILE | npm run replay -- -).'],
  [
    /^(?:\xff\xfe|\xfe\xff)/,
    'UTF-16 text',
    'Convert it first (iconv -f UTF-16 -t UTF-8 FILE | npm run replay -- -).',
  ],
];
/** How many of a file's first bytes formatOf needs. */
export const FORMAT_BYTES = 16;
const GZIP = /^\x1f\x8b/;

/**
 * The format of a log by its first bytes, whatever its name.
 * @throws Error for a format that the replay cannot read: its lines would all be malformed, or only some
 */
export function formatOf(start: Buffer): 'plain' | 'gzip' {
  const text = start.toString('latin1');
  for (const [pattern, what, remedy] of FOREIGN_FORMATS) {
    if (pattern.test(text)) throw new Error(`it is ${what}. ${remedy}`);
  }
  return GZIP.test(text) ? 'gzip' : 'plain';
}
