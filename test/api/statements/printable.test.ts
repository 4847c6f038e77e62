import * as fc from 'fast-check';
import { printable } from '../../../api/statements/printable.ts';

describe('a name in the statement’s font', () => {
  it.each([
    ['net-66', 'net-66'],
    ['Ünï & Söhne “GmbH” — €', 'Ünï & Söhne “GmbH” — €'],
    ['中文', '\\u{4E2D}\\u{6587}'],
    ['🙈', '\\u{1F648}'],
    // A no-break space, a soft hyphen, a right-to-left override: characters that would look like something else.
    ['a\u00A0b\u00ADc\u202Ed', 'a\\u{00A0}b\\u{00AD}c\\u{202E}d'],
    ['\\u{4E2D}', '\\u{005C}u{4E2D}'],
    ['\u0000\u0081', '\\u{0000}\\u{0081}'],
  ])('%j is shown as %j', (name, shown) => {
    expect(printable(name)).toBe(shown);
  });

  it('can be read back, whatever the name is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const read = printable(name).replaceAll(/\\u\{([0-9A-F]+)\}/g, (_, hex: string) =>
          String.fromCodePoint(Number.parseInt(hex, 16)),
        );
        expect(read).toBe(name);
      }),
      { numRuns: 500 },
    );
  });
});
