import * as fc from 'fast-check';
import { LineSplitter, MAX_LINE_BYTES, type Line } from '../../../producers/access-log/lines.ts';

function split(...chunks: readonly Buffer[]): Line[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}
const texts = (lines: readonly Line[]): (string | undefined)[] => lines.map(({ text }) => text);

describe('splitting bytes into lines', () => {
  it('numbers them from 1, blank ones too', () => {
    expect(split(Buffer.from('a\n\nb\n'))).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: '' },
      { number: 3, text: 'b' },
    ]);
  });

  it.each([
    ['LF', 'a\nb\n'],
    ['CRLF', 'a\r\nb\r\n'],
    ['LF, the last one missing', 'a\nb'],
    ['CRLF, the last one missing', 'a\r\nb'],
  ])('takes line ends of %s', (_, text) => {
    expect(texts(split(Buffer.from(text)))).toEqual(['a', 'b']);
  });

  it('of nothing gives none', () => {
    expect(split()).toEqual([]);
    expect(split(Buffer.alloc(0))).toEqual([]);
  });

  it('gives the same lines wherever the chunks are cut, within characters too', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r', '\r\n', ' '), { maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 10 }), (characters, cuts) => {
        const bytes = Buffer.from(characters.join(''));
        const places = [
          0,
          ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
          bytes.length,
        ];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        const expected = characters.join('').split('\n');
        if (expected[expected.length - 1] === '') expected.pop();
        expect(texts(split(...chunks))).toEqual(expected.map((line) => line.replace(/\r$/, '')));
      }),
    );
  });

  it('replaces bad UTF-8', () => {
    expect(texts(split(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xc3, 0x0a])))).toEqual(['a\uFFFDb', '\uFFFD']);
  });

  it.each([1, 2, 1_000, 100_000])(
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
      expect(texts(split(...chunks))).toEqual([most.toString(), undefined, 'b', undefined]);
    },
  );
});
