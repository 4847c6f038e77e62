import { gzipSync } from 'node:zlib';
import { encodeBatch, encodeRecords } from '../../../platform/kafka/record-batch-encoder.ts';
import { readRecordSet } from '../../../platform/kafka/record-set.ts';

const NOW = 1_795_000_000_123;

function read(batch: Buffer): { key: string; value: string }[] {
  const cursor = readRecordSet(batch, 0, []).records();
  const records: { key: string; value: string }[] = [];
  while (cursor.next()) {
    expect(cursor.timestampMs).toBe(NOW);
    records.push({ key: cursor.key?.toString('hex') ?? '', value: cursor.value?.toString('hex') ?? '' });
  }
  return records;
}

const hex = (records: readonly { key: string | Buffer; value: Buffer }[]) =>
  records.map(({ key, value }) => ({ key: Buffer.from(key).toString('hex'), value: value.toString('hex') }));

describe('an encoded batch', () => {
  it('is read as the records that it was made of, whatever their lengths', () => {
    // Around each length at which a varint becomes a byte longer.
    const lengths = [0, 1, 62, 63, 64, 65, 126, 127, 128, 8_190, 8_191, 8_192, 8_193, 1_048_575, 1_048_576];
    const records = lengths.flatMap((length) => [
      { key: 'org', value: Buffer.alloc(length, length % 251) },
      { key: 'k'.repeat(Math.min(length, 9_000)), value: Buffer.from('v') },
      { key: 'ключ-😀'.repeat(length % 13), value: Buffer.alloc(0) },
      { key: Buffer.from([0, 255, 128]), value: Buffer.from([255]) },
    ]);
    const batch = encodeBatch(encodeRecords(records), records.length, 0, NOW);
    expect(read(batch)).toEqual(hex(records));
  });

  it('holds more records than fit into two bytes of an offset', () => {
    const records = Array.from({ length: 20_000 }, (_, index) => ({
      key: `org-${index % 7}`,
      value: Buffer.from(String(index)),
    }));
    const batch = encodeBatch(encodeRecords(records), records.length, 0, NOW);
    expect(read(batch)).toEqual(hex(records));
    expect(readRecordSet(batch, 0, []).lastOffset).toBe(19_999);
  });

  it('may be compressed', () => {
    const records = [{ key: 'org', value: Buffer.alloc(5_000, 7) }];
    const batch = encodeBatch(gzipSync(encodeRecords(records)), 1, 1, NOW);
    expect(batch.length).toBeLessThan(200);
    expect(read(batch)).toEqual(hex(records));
  });
});
