import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { RecordBatchError } from '../../../platform/kafka/record-batch-error.ts';
import { readRecordSet, type AbortedTransaction } from '../../../platform/kafka/record-set.ts';
import { LZ4_BOMB } from './compression/vectors.ts';
import { encodeBatch, encodeMarker, type BatchToWrite } from './record-batches.ts';

const text = (value: string): Buffer => Buffer.from(value);
const records = (...values: string[]) =>
  values.map((value, delta) => ({ delta, key: text('org'), value: text(value) }));

function read(bytes: Buffer, fromOffset = 0, aborted: readonly AbortedTransaction[] = []) {
  const set = readRecordSet(bytes, fromOffset, aborted);
  const cursor = set.records();
  const lines: string[] = [];
  while (cursor.next()) lines.push(`${cursor.offset} ${cursor.key?.toString()} ${cursor.value?.toString()}`);
  return { read: lines, lastOffset: set.lastOffset };
}

function unpublished(bytes: Buffer, fromOffset = 0, aborted: readonly AbortedTransaction[] = []): number[] {
  const set = readRecordSet(bytes, fromOffset, aborted);
  return set
    .unpublishedIn(fromOffset, set.lastOffset ?? -1)
    .flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

describe('a set of record batches', () => {
  it('is read record by record, with offset, time, key and value', () => {
    const bytes = Buffer.concat([
      encodeBatch({ baseOffset: 5, records: records('a', 'b'), timestampMs: 1_234_567_890_123 }),
      encodeBatch({ baseOffset: 7, records: [{ delta: 0, key: null, value: null }] }),
    ]);
    expect(read(bytes)).toEqual({ read: ['5 org a', '6 org b', '7 undefined undefined'], lastOffset: 7 });
    const cursor = readRecordSet(bytes, 0, []).records();
    cursor.next();
    expect(cursor.timestampMs).toBe(1_234_567_890_123);
  });

  it('begins at the fetched offset, also within a batch', () => {
    const bytes = encodeBatch({ baseOffset: 5, records: records('a', 'b', 'c') });
    expect(read(bytes, 6)).toEqual({ read: ['6 org b', '7 org c'], lastOffset: 7 });
    expect(read(bytes, 8)).toEqual({ read: [], lastOffset: undefined });
  });

  it('goes on behind what compaction took away', () => {
    const [first, , third] = records('a', 'b', 'c');
    if (!first || !third) throw new Error('three records');
    const bytes = encodeBatch({ baseOffset: 5, records: [first, third], lastOffsetDelta: 9 });
    expect(read(bytes)).toEqual({ read: ['5 org a', '7 org c'], lastOffset: 14 });
    expect(read(encodeBatch({ baseOffset: 5, records: [], lastOffsetDelta: 9 }))).toEqual({
      read: [],
      lastOffset: 14,
    });
  });

  it('ends before a batch that the broker has cut', () => {
    const whole = encodeBatch({ baseOffset: 0, records: records('a') });
    const cut = encodeBatch({ baseOffset: 1, records: records('b', 'c') });
    for (let bytes = 0; bytes < cut.length; bytes += 1) {
      expect(read(Buffer.concat([whole, cut.subarray(0, bytes)]))).toEqual({
        read: ['0 org a'],
        lastOffset: 0,
      });
    }
  });

  it.each([
    ['gzip', { codec: 1, pack: (bytes: Buffer) => gzipSync(bytes) }],
    ['zstd', { codec: 4, pack: (bytes: Buffer) => zstdCompressSync(bytes) }],
  ])('is unpacked from %s', (_, compression) => {
    const bytes = encodeBatch({ baseOffset: 3, records: records('a', 'b'), compression });
    expect(read(bytes)).toEqual({ read: ['3 org a', '4 org b'], lastOffset: 4 });
  });

  it.each([
    ['lz4', { codec: 3, pack: () => LZ4_BOMB }],
    ['gzip', { codec: 1, pack: () => gzipSync(Buffer.alloc(65 * 2 ** 20)) }],
  ])('is rejected where it unpacks from %s to more than memory is meant for', (name, compression) => {
    const bytes = encodeBatch({ baseOffset: 3, records: records('a'), compression });
    expect(() => read(bytes)).toThrow(new RegExp(`cannot be unpacked by ${name}: .*(67108864|larger)`));
  });

  it('is rejected where its codec is unknown, with what to set', () => {
    const compression = { codec: 5, pack: (bytes: Buffer) => bytes };
    const bytes = encodeBatch({ baseOffset: 3, records: records('a'), compression });
    expect(() => read(bytes)).toThrow('compressed by codec 5, which is not read: set compression.type');
  });

  it('is rejected where any bit of a batch behind its length is wrong', () => {
    const bytes = encodeBatch({ baseOffset: 3, records: records('a', 'b') });
    // The checksum covers what follows it; before it stand the leader's epoch, which means nothing, and the format.
    for (let bit = 17 * 8; bit < bytes.length * 8; bit += 1) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => read(damaged)).toThrow(RecordBatchError);
    }
  });
});

describe('transactions', () => {
  it('that were aborted are left out, and their offsets passed over', () => {
    const bytes = Buffer.concat([
      encodeBatch({ baseOffset: 0, records: records('a'), producerId: 1, isTransactional: true }),
      encodeBatch({ baseOffset: 1, records: records('b') }),
      encodeMarker(2, 1, false),
    ]);
    expect(read(bytes, 0, [{ producerId: 1n, firstOffset: 0 }])).toEqual({
      read: ['1 org b'],
      lastOffset: 2,
    });
  });

  it('are not ended by a record that looks like an abort marker', () => {
    const marker = { delta: 0, key: Buffer.from([0, 0, 0, 0]), value: text('x') };
    const bytes = Buffer.concat([
      encodeBatch({ baseOffset: 0, records: [marker], producerId: 1, isTransactional: true }),
      encodeBatch({ baseOffset: 1, records: records('b'), producerId: 1, isTransactional: true }),
      encodeMarker(2, 1, false),
    ]);
    expect(read(bytes, 0, [{ producerId: 1n, firstOffset: 0 }]).read).toEqual([]);
  });

  it('of any number of producers in any order leave exactly what was committed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), fc.nat(3), (steps, from, cut) => {
        const log = writeLog(steps);
        const fromOffset = Math.min(from, log.end);
        // A fetch ends anywhere behind where it began.
        const batches = log.batches.filter(({ last }) => last >= fromOffset);
        const fetched = batches.slice(0, Math.max(1, batches.length - cut));
        const until = fetched.at(-1)?.last ?? -1;
        // As the broker lists them: by their end, all that touch what it returns.
        const aborted = log.aborted.filter(({ first, last }) => last >= fromOffset && first <= until);
        const fetch: Parameters<typeof read> = [
          Buffer.concat(fetched.map(({ bytes }) => bytes)),
          fromOffset,
          aborted.map(({ producer, first }) => ({ producerId: BigInt(producer), firstOffset: first })),
        ];
        const result = read(...fetch);
        const expected = log.published.filter((offset) => offset >= fromOffset && offset <= until);
        expect(result.read.map((line) => Number(line.split(' ')[0]))).toEqual(expected);
        expect(result.lastOffset ?? -1).toBe(until);
        // What was not published is named, offset by offset: nothing is passed over in silence.
        const offsets = Array.from({ length: until - fromOffset + 1 }, (_, index) => fromOffset + index);
        expect(unpublished(...fetch)).toEqual(offsets.filter((offset) => !expected.includes(offset)));
      }),
      { numRuns: 500 },
    );
  });
});

interface Step {
  readonly producer: number;
  readonly act: 'write' | 'commit' | 'abort' | 'plain';
  readonly count: number;
}
const step: fc.Arbitrary<Step> = fc.record({
  producer: fc.nat(3),
  act: fc.constantFrom('write', 'write', 'commit', 'abort', 'plain'),
  count: fc.integer({ min: 1, max: 3 }),
});

/** A partition as a broker writes it, and what of it was published. All transactions end. */
function writeLog(steps: readonly Step[]) {
  const batches: { bytes: Buffer; last: number }[] = [];
  const aborted: { producer: number; first: number; last: number }[] = [];
  const published: number[] = [];
  const open = new Map<number, number[]>();
  let end = 0;
  const append = (batch: Omit<BatchToWrite, 'baseOffset'>): number[] => {
    const offsets = batch.records.map(({ delta }) => end + delta);
    batches.push({ bytes: encodeBatch({ ...batch, baseOffset: end }), last: end + batch.records.length - 1 });
    end += batch.records.length;
    return offsets;
  };
  const finish = (producer: number, isCommit: boolean): void => {
    const offsets = open.get(producer);
    if (!offsets) return;
    open.delete(producer);
    if (isCommit) published.push(...offsets);
    else aborted.push({ producer, first: offsets[0] ?? end, last: end });
    batches.push({ bytes: encodeMarker(end, producer, isCommit), last: end });
    end += 1;
  };
  for (const { producer, act, count } of steps) {
    const values = records(...Array.from({ length: count }, (_, index) => `${producer}${index}`));
    if (act === 'plain') published.push(...append({ records: values }));
    else if (act === 'write') {
      const offsets = append({ records: values, producerId: producer, isTransactional: true });
      open.set(producer, [...(open.get(producer) ?? []), ...offsets]);
    } else finish(producer, act === 'commit');
  }
  for (const producer of open.keys()) finish(producer, producer % 2 === 0);
  return { batches, aborted, published: published.toSorted((a, b) => a - b), end };
}
