import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import type { DeadLetter } from '../../../store/dead-letters/dead-letter.ts';
import { readDeadLetter, readDeadLetters } from '../../../store/dead-letters/read.ts';
import { enforceDeadLetterRetention } from '../../../store/dead-letters/retention.ts';
import { walkDeadLetters } from '../../../store/dead-letters/walk.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { until } from '../../until.ts';

/** More than a page has. */
const SMALL = 2_100;
const namespace = openNamespace('deadletterwalk');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'dead letter test');
  await quarantine({ partition: 0, first: 0, count: SMALL, valueBytes: 20 });
  await quarantine({ partition: 1, first: 10, count: 14, valueBytes: 900_000 });
  // Redelivered.
  await quarantine({ partition: 1, first: 10, count: 2, valueBytes: 900_000 });
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

interface Quarantined {
  readonly partition: number;
  readonly first: number;
  readonly count: number;
  readonly valueBytes: number;
  readonly ageDays?: number;
}

/** As a consumer does: the bytes, then the outcome. */
async function quarantine({ partition, first, count, valueBytes, ageDays = 0 }: Quarantined): Promise<void> {
  const at = `now64(3) - toIntervalDay(${ageDays})`;
  await client.command({
    query: `INSERT INTO dead_letter_bytes SELECT 'calls', ${partition}, number + ${first}, ${at}, 'acme',
      randomString(${valueBytes}) FROM numbers(${count}) SETTINGS max_block_size = 8`,
  });
  await client.command({
    query: `INSERT INTO quarantined (topic, partition, offset, reason, org_id, size_bytes, appended_at)
      SELECT 'calls', ${partition}, number + ${first}, 'too-late', 'acme', ${valueBytes}, ${at} FROM numbers(${count})`,
  });
}

async function chunksOf(walk: AsyncIterable<readonly DeadLetter[]>): Promise<(readonly DeadLetter[])[]> {
  const chunks: (readonly DeadLetter[])[] = [];
  for await (const chunk of walk) chunks.push(chunk);
  return chunks;
}
const placesOf = (chunks: readonly (readonly DeadLetter[])[]) =>
  chunks.flat().map(({ partition, offset }) => `${partition}/${offset}`);
const offsets = (partition: number, first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `${partition}/${first + index}`);

describe('a walk', () => {
  it('meets each dead letter once with its bytes, a few megabytes of them at a time', async () => {
    const chunks = await chunksOf(walkDeadLetters(client, { topic: 'calls' }));
    expect(placesOf(chunks)).toEqual([...offsets(0, 0, SMALL), ...offsets(1, 10, 14)]);
    for (const chunk of chunks) {
      const bytes = chunk.reduce((sum, each) => sum + (each.bytes?.value?.length ?? 0), 0);
      expect(bytes).toBe(chunk.reduce((sum, { size_bytes }) => sum + size_bytes, 0));
      expect(bytes).toBeLessThanOrEqual(4 * 2 ** 20);
      expect(chunk.length).toBeLessThanOrEqual(2_000);
    }
  });

  it('goes on behind a place', async () => {
    const after = { topic: 'calls', partition: 1, offset: 21 };
    expect(placesOf(await chunksOf(walkDeadLetters(client, {}, after)))).toEqual(['1/22', '1/23']);
    const last = { topic: 'calls', partition: 1, offset: 23 };
    expect(await chunksOf(walkDeadLetters(client, {}, last))).toEqual([]);
  });

  it('ends, although each chunk leaves new dead letters behind it', async () => {
    let next = 5_000;
    let met = 0;
    for await (const chunk of walkDeadLetters(client, { partition: 0 })) {
      met += chunk.length;
      await quarantine({ partition: 0, first: next, count: chunk.length, valueBytes: 5 });
      next += chunk.length;
    }
    expect(met).toBe(SMALL);
  });
});

describe('the bytes', () => {
  it('may be shorter than the record was, and are missing for one of an earlier release', async () => {
    await quarantine({ partition: 2, first: 0, count: 1, valueBytes: 100 });
    const row = { topic: 'calls', partition: 2, reason: 'not-an-event', appended_at: 0, size_bytes: 200 };
    await client.insert({
      table: 'quarantined',
      values: [
        { ...row, offset: 0 },
        { ...row, offset: 1 },
      ],
      format: 'JSONEachRow',
    });
    const [cut, none] = await Promise.all(
      [0, 1].map((offset) => readDeadLetter(client, { topic: 'calls', partition: 2, offset })),
    );
    expect(cut?.bytes).toMatchObject({ isCut: true, key: Buffer.from('acme') });
    expect(none).toMatchObject({ offset: 1, bytes: undefined });
  });

  it('leave after DEAD_LETTER_RETENTION_DAYS; what became of the offset stays', async () => {
    await quarantine({ partition: 3, first: 0, count: 1, valueBytes: 10, ageDays: 12 });
    await quarantine({ partition: 3, first: 1, count: 1, valueBytes: 10, ageDays: 9 });
    await enforceDeadLetterRetention(namespace.settings, 10);
    await enforceDeadLetterRetention(namespace.settings, 10);
    const places = [0, 1].map((offset) => ({ topic: 'calls', partition: 3, offset }));
    await until('the old bytes are gone', async () => {
      await namespace.onTables('OPTIMIZE TABLE dead_letter_bytes FINAL');
      const [old] = await Promise.all(places.map((place) => readDeadLetter(client, place)));
      return old?.bytes === undefined;
    });
    const [old, young] = await Promise.all(places.map((place) => readDeadLetter(client, place)));
    expect(old).toMatchObject({ reason: 'too-late', size_bytes: 10, bytes: undefined });
    expect(young?.bytes?.value).toHaveLength(10);
    expect(Date.now() - (old?.appended ?? 0)).toBeGreaterThan(11 * DAY_MS);
  });
});

it('named ones are found in the order of their places', async () => {
  const places = [
    { topic: 'calls', partition: 1, offset: 12 },
    { topic: 'calls', partition: 0, offset: 12 },
    { topic: 'calls', partition: 0, offset: 9_999_999 },
  ];
  const found = await readDeadLetters(client, places);
  expect(found.map(({ partition, offset }) => [partition, offset])).toEqual([
    [0, 12],
    [1, 12],
  ]);
});
