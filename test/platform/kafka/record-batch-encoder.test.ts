import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import {
  encodeBatch,
  encodePlainBatch,
  encodeRecords,
  type PlainRecord,
} from '../../../platform/kafka/record-batch-encoder.ts';
import { readRecordSet } from '../../../platform/kafka/record-set.ts';
import { PlacedRecord } from '../../../schemas/placed-record.ts';

const NOW = 1_795_000_000_123;

interface Encoder {
  readonly buffer: Buffer;
}
const require = createRequire(import.meta.url);
const kafkajsRecord: (
  record: object,
) => Encoder = require('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const kafkajsBatch: {
  RecordBatch(batch: object): Promise<Encoder>;
} = require('kafkajs/src/protocol/recordBatch/v0/index.js');

/** The same by kafkajs, for a producer without an id, and before any leader is known. */
async function byKafkajs(records: readonly PlainRecord[]): Promise<Buffer> {
  const batch = await kafkajsBatch.RecordBatch({
    firstTimestamp: NOW,
    maxTimestamp: NOW,
    partitionLeaderEpoch: -1,
    producerEpoch: -1,
    firstSequence: -1,
    lastOffsetDelta: records.length - 1,
    records: records.map(({ key, value }, offsetDelta) => kafkajsRecord({ offsetDelta, key, value })),
  });
  return batch.buffer;
}

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

  it('has the bytes of kafkajs’s, wherever the values are', async () => {
    const values = Buffer.from(Array.from({ length: 3_000 }, (_, index) => (index * 7) % 256));
    const placed = Array.from({ length: 300 }, (_, index) => {
      const start = index * 5;
      return new PlacedRecord(`org-${index % 5} é`, { bytes: values, start, end: start + index * 4 });
    });
    const plain = placed.map(({ key, value }) => ({ key, value: Buffer.from(value) }));
    const expected = (await byKafkajs(plain)).toString('hex');
    expect(encodePlainBatch(placed, NOW).toString('hex')).toBe(expected);
    expect(encodePlainBatch(plain, NOW).toString('hex')).toBe(expected);
    expect(encodeBatch(encodeRecords(placed), placed.length, 0, NOW).toString('hex')).toBe(expected);
  });
});
