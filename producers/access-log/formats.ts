/** The first bytes of formats that are not an access log, as Latin-1 text. */
const FOREIGN_FORMATS: readonly { start: string; what: string; remedy: string }[] = [
  { start: 'PK\x03\x04', what: 'a zip archive', remedy: unpackedBy('unzip -p') },
  { start: '(\xb5\x2f\xfd', what: 'compressed by zstd', remedy: unpackedBy('zstd -dc') },
  { start: '\xfd7zXZ\0', what: 'compressed by xz', remedy: unpackedBy('xz -dc') },
  { start: 'BZh91AY&SY', what: 'compressed by bzip2', remedy: unpackedBy('bzip2 -dc') },
  { start: '7z\xbc\xaf', what: 'a 7-Zip archive', remedy: unpackedBy('7z e -so') },
  { start: '\x04"M\x18', what: 'compressed by lz4', remedy: unpackedBy('lz4 -dc') },
  { start: '\x1f\x9d', what: 'compressed by compress', remedy: unpackedBy('uncompress -c') },
  { start: '\xff\xfe', what: 'UTF-16 text', remedy: unpackedBy('iconv -f UTF-16 -t UTF-8') },
  { start: '\xfe\xff', what: 'UTF-16 text', remedy: unpackedBy('iconv -f UTF-16 -t UTF-8') },
];
const GZIP_START = '\x1f\x8b';
/** The length of the longest start. */
export const FORMAT_BYTES = 10;

function unpackedBy(command: string): string {
  return `Replay its text instead: ${command} FILE | npm run replay -- -`;
}

/**
 * The format of a log by its first bytes, whatever its name.
 * @throws Error for a format that the replay cannot read: some of its bytes may look like calls
 */
export function formatOf(firstBytes: Buffer): 'plain' | 'gzip' {
  const text = firstBytes.toString('latin1');
  const foreign = FOREIGN_FORMATS.find(({ start }) => text.startsWith(start));
  if (foreign) throw new Error(`it is ${foreign.what}. ${foreign.remedy}`);
  return text.startsWith(GZIP_START) ? 'gzip' : 'plain';
}
