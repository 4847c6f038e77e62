import { InsertBatch } from '../../../consumers/write/insert-batch.ts';
import { BatchWriter } from '../../../consumers/write/batch-writer.ts';
import { InsertPace } from '../../../consumers/write/insert-pace.ts';
import { until } from '../../until.ts';

const noHeartbeat = (): Promise<void> => Promise.resolve();

/** Every batch writer ends empty, so that no timer outlives its test. */
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A writer of batches of two records, whose landings the test ends one by one. */
function pacedBatchWriter(lingerMs: number) {
  const landings: { offsets: number[]; atMs: number; end: (error?: Error) => void }[] = [];
  const failures: unknown[] = [];
  const pace = new InsertPace(lingerMs);
  let isOver = false;
  let passedMs = 0;
  const batchWriter = new BatchWriter(
    [new InsertBatch(2, 2 ** 20), new InsertBatch(2, 2 ** 20)],
    pace,
    (insertBatch) =>
      new Promise((resolve, reject) => {
        const offsets = insertBatch.ranges.map(({ lastOffset }) => lastOffset);
        const atMs = performance.now();
        landings.push({ offsets, atMs, end: (error) => (error ? reject(error) : resolve()) });
        if (isOver) resolve();
      }),
    (error) => failures.push(error),
    () => performance.now() + passedMs,
  );
  cleanups.push(() => {
    isOver = true;
    for (const { end } of landings) end();
    return batchWriter.drain();
  });
  /** Adds a record that becomes one row, as the intake does. */
  const add = async (offset: number, heartbeat = noHeartbeat) => {
    await batchWriter.untilRoom(heartbeat);
    const insertBatch = batchWriter.open;
    const range = insertBatch.range('calls', 0, 1, offset);
    range.lastOffset = offset;
    insertBatch.columns.rows += 1;
    insertBatch.addedRow(range, 100);
    batchWriter.added();
  };
  /** Lands records as one batch, and lets the time pass that landing it takes. */
  const landSlowly = async (...offsets: readonly number[]) => {
    const before = landings.length;
    for (const offset of offsets) await add(offset);
    await until('the batch lands', () => landings.length > before);
    passedMs += 100;
    landings[before]?.end();
    await batchWriter.drain();
  };
  return { batchWriter, landings, failures, pace, add, landSlowly };
}

describe('an insert batch', () => {
  it('lands at once when it is full', async () => {
    const { landings, add } = pacedBatchWriter(60_000);
    await add(0);
    expect(landings).toHaveLength(0);
    await add(1);
    expect(landings).toMatchObject([{ offsets: [1] }]);
  });

  it('lands when the interval since the landing before it has passed', async () => {
    const { landings, add } = pacedBatchWriter(100);
    await add(0);
    await until('the first batch lands', () => landings.length === 1);
    landings[0]?.end();
    await add(1);
    await until('the next batch lands', () => landings.length === 2);
    const [first = 0, second = 0] = landings.map(({ atMs }) => atMs);
    // A timer may be a millisecond early.
    expect(second - first).toBeGreaterThan(95);
  });

  it('lands soon when nothing has landed for the interval', async () => {
    const { landings, add } = pacedBatchWriter(60_000);
    await add(0);
    // With the interval it would come too late for this test.
    await until('the batch lands', () => landings.length === 1);
    expect(landings).toMatchObject([{ offsets: [0] }]);
  });

  it('waits for more records after slow landings', async () => {
    const { landings, add, landSlowly } = pacedBatchWriter(5);
    await landSlowly(0);
    await add(1);
    await until('the next batch lands', () => landings.length === 2);
    const [first = 0, second = 0] = landings.map(({ atMs }) => atMs);
    // The interval is 405 ms at least, of which the test let 100 pass.
    expect(second - first).toBeGreaterThan(300);
  });

  it('waits no longer after slow landings of full ones, as those of a backlog are', async () => {
    const { landings, pace, add, landSlowly } = pacedBatchWriter(5);
    await landSlowly(0, 1);
    expect(pace.intervalMs).toBe(5);
    await add(2);
    await until('the next batch lands', () => landings.length === 2);
  });

  it('that landed while the intake waited is no longer the open one', async () => {
    const { batchWriter, landings, add } = pacedBatchWriter(60_000);
    await add(0);
    const before = batchWriter.open;
    const room = batchWriter.untilRoom(noHeartbeat);
    // There was room at once, but the promise resolves only after the next lines.
    await batchWriter.untilRoom(noHeartbeat);
    void batchWriter.drain();
    await room;
    expect(landings).toMatchObject([{ offsets: [0] }]);
    expect(batchWriter.open).not.toBe(before);
    expect(batchWriter.open.isEmpty).toBe(true);
  });

  it('lands after the one before it: one insert at a time, in the order of the records', async () => {
    const { landings, add } = pacedBatchWriter(5);
    await add(0);
    await add(1);
    await add(2);
    await add(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(landings).toHaveLength(1);
    landings[0]?.end();
    await until('the batch lands', () => landings.length === 2);
    expect(landings[1]?.offsets).toEqual([3]);
    await add(4);
    landings[1]?.end();
    await until('the batch lands', () => landings.length === 3);
    expect(landings[2]?.offsets).toEqual([4]);
  });
});

describe('back pressure', () => {
  it('makes the intake wait, heartbeating, while both batches are full', async () => {
    const { landings, add } = pacedBatchWriter(60_000);
    for (const offset of [0, 1, 2, 3]) await add(offset);
    let heartbeats = 0;
    let isAdded = false;
    const waiting = add(4, () => {
      heartbeats += 1;
      return Promise.resolve();
    }).then(() => (isAdded = true));
    await until('a heartbeat', () => heartbeats > 0);
    expect(isAdded).toBe(false);
    landings[0]?.end();
    await waiting;
    expect(landings[1]?.offsets).toEqual([3]);
  });

  it('lets a failed heartbeat through, so that the group can be joined again', async () => {
    const { add } = pacedBatchWriter(60_000);
    for (const offset of [0, 1, 2, 3]) await add(offset);
    await expect(add(4, () => Promise.reject(new Error('rebalancing')))).rejects.toThrow('rebalancing');
  });
});

describe('draining', () => {
  it('lands everything that was taken, without waiting', async () => {
    const { batchWriter, landings, add } = pacedBatchWriter(60_000);
    for (const offset of [0, 1, 2]) await add(offset);
    let isDrained = false;
    const drained = batchWriter.drain().then(() => (isDrained = true));
    landings[0]?.end();
    await until('the batch lands', () => landings.length === 2);
    expect(isDrained).toBe(false);
    landings[1]?.end();
    await drained;
    expect(landings.map(({ offsets }) => offsets)).toEqual([[1], [2]]);
  });

  it('ends if landing gives up, and reports the error', async () => {
    const { batchWriter, landings, failures, add } = pacedBatchWriter(60_000);
    await add(0);
    const drained = batchWriter.drain();
    landings[0]?.end(new Error('giving up'));
    await drained;
    expect(failures).toEqual([new Error('giving up')]);
  });
});

describe('a range', () => {
  it('continues in its batch; a new one starts after a gap or under another assignment', () => {
    const insertBatch = new InsertBatch(10, 1_000);
    const first = insertBatch.range('calls', 3, 1, 100);
    first.lastOffset = 104;
    expect(insertBatch.range('calls', 3, 1, 105)).toBe(first);
    expect(insertBatch.range('calls', 3, 1, 107)).not.toBe(first);
    expect(insertBatch.range('calls', 3, 2, 105)).not.toBe(first);
    expect(insertBatch.range('calls', 4, 1, 105)).not.toBe(first);
    expect(insertBatch.range('other', 3, 1, 105)).not.toBe(first);
  });

  it('makes its batch full by bytes and by dead letters too', () => {
    const byBytes = new InsertBatch(10, 1_000);
    byBytes.addedRow(byBytes.range('calls', 0, 1, 0), 500);
    expect(byBytes.isFull).toBe(false);
    byBytes.addedRow(byBytes.range('calls', 0, 1, 1), 500);
    expect(byBytes.isFull).toBe(true);
    byBytes.clear();
    expect(byBytes.isFull).toBe(false);

    const byDeadLetters = new InsertBatch(10, 2 ** 30);
    const range = byDeadLetters.range('calls', 0, 1, 0);
    const deadLetter = {
      topic: 'calls',
      partition: 0,
      offset: 0,
      appendedAtMs: 0,
      key: null,
      value: null,
      orgId: '',
    };
    for (let count = 0; count < 1_999; count += 1) {
      byDeadLetters.addDeadLetter(range, { ...deadLetter, reason: 'not-an-event', detail: '' });
    }
    expect(byDeadLetters.isFull).toBe(false);
    byDeadLetters.addDeadLetter(range, { ...deadLetter, reason: 'not-an-event', detail: '' });
    expect(byDeadLetters.isFull).toBe(true);
  });
});
