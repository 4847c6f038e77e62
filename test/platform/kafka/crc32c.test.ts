import fc from 'fast-check';
import { crc32c } from '../../../platform/kafka/crc32c.ts';

describe('CRC-32C', () => {
  it.each([
    ['', 0x00000000],
    [Buffer.from('123456789').toString('hex'), 0xe3069283],
    ['00'.repeat(32), 0x8a9136aa],
    ['ff'.repeat(32), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('hex'), 0x46dd794e],
  ])('of %s is that of RFC 3720', (hex, expected) => {
    expect(crc32c(Buffer.from(hex, 'hex'))).toBe(expected);
  });

  it('of a part is that of the part alone, bit by bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), fc.nat(20), (bytes, skipped, cut) => {
        const start = Math.min(skipped, bytes.length);
        const end = Math.max(start, bytes.length - cut);
        expect(crc32c(bytes, start, end)).toBe(bitwise(bytes.subarray(start, end)));
      }),
    );
  });
});

function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
