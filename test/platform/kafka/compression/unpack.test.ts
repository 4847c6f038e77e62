import { unpackLz4 } from '../../../../platform/kafka/compression/lz4.ts';
import { unpackSnappy } from '../../../../platform/kafka/compression/snappy.ts';
import { UnpackError } from '../../../../platform/kafka/compression/unpacked.ts';
import { LZ4_BOMB, LZ4_LINKED, LZ4_UNENDED, SNAPPY_BOMB, SNAPPY_RAW } from './vectors.ts';

const LIMIT = 64 * 2 ** 20;

describe('LZ4', () => {
  it('is unpacked from blocks that refer to earlier ones', () => {
    expect(unpackLz4(LZ4_LINKED, LIMIT).toString()).toBe('kafka kafka !');
  });

  it('is rejected where it unpacks to too much', () => {
    expect(() => unpackLz4(LZ4_BOMB, LIMIT)).toThrow('it unpacks to more than 67108864 bytes');
  });

  it('is rejected without its end, and where it is something else', () => {
    expect(() => unpackLz4(LZ4_UNENDED, LIMIT)).toThrow('its LZ4 frame has no end');
    expect(() => unpackLz4(SNAPPY_RAW, LIMIT)).toThrow('it is not an LZ4 frame');
  });
});

describe('Snappy', () => {
  it('is unpacked from a raw block, as clients other than Java’s write it', () => {
    expect(unpackSnappy(SNAPPY_RAW, LIMIT).toString()).toBe('kafka kafka kafka!');
  });

  it('is rejected where it unpacks to too much', () => {
    expect(() => unpackSnappy(SNAPPY_BOMB, LIMIT)).toThrow('it unpacks to more than 67108864 bytes');
  });

  it('is rejected where it has another size than it says', () => {
    expect(() => unpackSnappy(SNAPPY_RAW.subarray(0, -2), LIMIT)).toThrow('another size than it says');
  });
});

describe.each([
  ['LZ4', unpackLz4, LZ4_LINKED],
  ['Snappy', unpackSnappy, SNAPPY_RAW],
] as const)('damaged %s', (_, unpack, packed) => {
  it('is an error, or other bytes: never a crash, never bytes that were not written', () => {
    for (let bit = 0; bit < packed.length * 8; bit += 1) {
      const damaged = Buffer.from(packed);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const outcome = outcomeOf(() => unpack(damaged, LIMIT));
      expect(outcome instanceof UnpackError || outcome.length < 4_096).toBe(true);
    }
  });
});

function outcomeOf(work: () => Buffer): Buffer | UnpackError {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnpackError) return error;
    throw error;
  }
}
