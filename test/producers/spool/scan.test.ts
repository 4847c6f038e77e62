import { crc32c } from '../../../platform/kafka/crc32c.ts';
import { scanRecords } from '../../../producers/spool/scan.ts';
import { encodeRecords } from '../../../producers/spool/segment-format.ts';

const VALUES = ['one', 'two, which is longer', '', 'four'];
const FIRST = 1_000;
const encoded = encodeRecords(
  VALUES.map((value, index) => ({ key: `org é${index}`, value: Buffer.from(value) })),
  FIRST,
);
const scan = (bytes: Buffer): ReturnType<typeof scanRecords> =>
  scanRecords(bytes, 0, FIRST, FIRST + bytes.length);
const valuesOf = (bytes: Buffer): string[] => scan(bytes).records.map(({ value }) => String(value));
const ends = scan(encoded).records.map(({ end }) => end);

describe('the records of a segment', () => {
  it('are read as they were written, with numbers that rise by one', () => {
    const { records, end, damagedAt } = scan(encoded);
    expect(records.map(({ key, number, value }) => [key, number, String(value)])).toEqual(
      VALUES.map((value, index) => [`org é${index}`, FIRST + index, value]),
    );
    expect([end, damagedAt]).toEqual([encoded.length, undefined]);
  });

  it('are read up to the last whole one, wherever a kill has cut the file: that is no damage', () => {
    for (let size = 0; size <= encoded.length; size += 1) {
      const whole = ends.filter((end) => end <= size).length;
      const { records, end, damagedAt } = scan(encoded.subarray(0, size));
      expect([size, records.length, end, damagedAt]).toEqual([size, whole, ends[whole - 1] ?? 0, undefined]);
    }
  });

  it('are read up to the zeros that a loss of power may leave at the end', () => {
    const { records, damagedAt } = scan(Buffer.concat([encoded, Buffer.alloc(500)]));
    expect([records.length, damagedAt]).toEqual([VALUES.length, undefined]);
  });

  it('are all read but the one in which a bit has flipped, which is reported', () => {
    const start = ends[0] ?? 0;
    for (let bit = start * 8; bit < (ends[1] ?? 0) * 8; bit += 1) {
      const bytes = Buffer.from(encoded);
      // oxlint-disable-next-line no-bitwise
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(valuesOf(bytes)).toEqual(['one', '', 'four']);
      expect(scan(bytes).damagedAt).toBe(start);
    }
  });

  it('do not include those of another segment, nor the ones before or after its own', () => {
    expect(scanRecords(encoded, 0, FIRST + 4, FIRST + 500).records).toEqual([]);
    expect(scanRecords(encoded, 0, FIRST, FIRST + 2).records).toHaveLength(2);
  });

  it('have Kafka’s checksum, CRC-32C, of all that follows it', () => {
    expect(encoded.readUInt32BE(0)).toBe(crc32c(encoded, 4, ends[0]));
  });
});
