import { hexLines } from '../../api/dashboard/web/panels/hex-lines.ts';

describe('a hex dump', () => {
  it('has sixteen bytes a line, with dots for what cannot be printed', () => {
    const bytes = Uint8Array.from(Buffer.from('GET /leads\u0000é and more'));
    expect(hexLines(bytes)).toEqual([
      '0000  47 45 54 20 2f 6c 65 61 64 73 00 c3 a9 20 61 6e  GET /leads... an',
      '0010  64 20 6d 6f 72 65                                d more',
    ]);
  });

  it('of nothing is empty', () => {
    expect(hexLines(new Uint8Array())).toEqual([]);
  });
});
