import * as fc from 'fast-check';
import { LineSplitter, MAX_LINE_BYTES, type Line } from '../../../producers/access-log/lines.ts';

const split = (...chunks: readonly Buffer[]): Line[] => splitAll(chunks);

function splitAll(chunks: readonly Buffer[]): Line[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}
const texts = (lines: readonly Line[]): (string | undefined)[] => lines.map(({ bytes }) => bytes?.toString());

describe('splitting bytes into lines', () => {
  it('numbers them from 1, blank ones too', () => {
    expect(split(Buffer.from('a\n\nb\n'))).toEqual([
      { number: 1, bytes: Buffer.from('a') },
      { number: 2, bytes: Buffer.alloc(0) },
      { number: 3, bytes: Buffer.from('b') },
    ]);
  });

  it.each([
    ['LF', 'a\nb\n'],
    ['CRLF', 'a\r\nb\r\n'],
    ['CR alone', 'a\rb\r'],
    ['all three', 'a\rb\r\n'],
    ['LF, the last one missing', 'a\nb'],
    ['CRLF, the last one missing', 'a\r\nb'],
  ])('takes line ends of %s', (_, text) => {
    expect(texts(split(Buffer.from(text)))).toEqual(['a', 'b']);
  });

  it('never joins two lines: CR CR LF and LF CR are two line ends', () => {
    expect(texts(split(Buffer.from('a\r\r\nb\n\rc')))).toEqual(['a', '', 'b', '', 'c']);
  });

  it('drops byte order marks at the start of a line, and only there', () => {
    expect(texts(split(Buffer.from('\uFEFFa\n\uFEFF\uFEFFb\uFEFF\n\uFEFF')))).toEqual(['a', 'b\uFEFF', '']);
    // Its first two bytes alone are no mark.
    expect(split(Buffer.from([0xef, 0xbb, 0x0a]))).toEqual([{ number: 1, bytes: Buffer.from([0xef, 0xbb]) }]);
  });

  it('of nothing gives none', () => {
    expect(split()).toEqual([]);
    expect(split(Buffer.alloc(0))).toEqual([]);
  });

  it('gives the same lines wherever the chunks are cut, within characters too', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r', '\r\n', ' ', '\uFEFF'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 10 }), (characters, cuts) => {
        const bytes = Buffer.from(characters.join(''));
        const places = [
          0,
          ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
          bytes.length,
        ];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        const expected = characters.join('').split(/\r\n|\r|\n/);
        if (expected[expected.length - 1] === '') expected.pop();
        expect(texts(split(...chunks))).toEqual(expected.map((line) => line.replace(/^\uFEFF+/, '')));
      }),
    );
  });

  it('keeps bad UTF-8 as it is', () => {
    const [line] = split(Buffer.from([0x61, 0xff, 0x62, 0x0a]));
    expect(line?.bytes).toEqual(Buffer.from([0x61, 0xff, 0x62]));
  });

  it('holds a line of three full fields of 8,190 bytes that nginx escaped', () => {
    const escaped = String.raw`\xE3`.repeat(8_190);
    expect(`"${escaped}" 200 1 "${escaped}" "${escaped}"`.length).toBeLessThan(MAX_LINE_BYTES);
  });

  it.each([7, 1_000, 100_000, 1_048_577])(
    'reports a line over the limit and continues after it (chunks of %i)',
    (size) => {
      const most = Buffer.alloc(MAX_LINE_BYTES, 'x');
      const bytes = Buffer.concat([
        most,
        Buffer.from('\n'),
        most,
        Buffer.from('y\nb\n'),
        most,
        Buffer.from('zz'),
      ]);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(texts(splitAll(chunks)).map((text) => text?.slice(0, 2))).toEqual([
        'xx',
        undefined,
        'b',
        undefined,
      ]);
    },
  );
});
