import fc from 'fast-check';
import { compactRanges } from '../../../aggregator/compaction/compact.ts';
import { deleteMerged } from '../../../aggregator/compaction/delete-merged.ts';
import { mergeRanges } from '../../../aggregator/compaction/merge-ranges.ts';
import {
  connectClickHouse,
  connectNodes,
  type ClickHouseClient,
} from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { readLandedEnd } from '../../../platform/landed-log.ts';
import { readLandedRows, readLandedTotals } from '../../../store/landing/landed-totals.ts';
import { readLogDifferences } from '../../../store/reconciliation/log-differences.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import { PlainLog, type Delivery } from './plain-log.ts';

const LIMITS = { settleMs: 0, maxRanges: 4, minRanges: 1 };

let namespace: Namespace;
let client: ClickHouseClient;
let nodes: ClickHouseClient[];
let topics = 0;
beforeAll(async () => {
  namespace = openNamespace('compaction');
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'compaction test');
  nodes = connectNodes(namespace.settings, 'compaction test');
});
afterAll(async () => {
  await Promise.all([client, ...nodes].map((each) => each.close()));
  await namespace.drop();
});
const newTopic = (): string => `topic-${(topics += 1)}`;

const insert = (table: string, values: readonly object[]) =>
  client.insert({ table, values, format: 'JSONEachRow' });

async function countRanges(topic: string): Promise<number> {
  const result = await client.query({
    query: 'SELECT count() AS ranges FROM landed_ranges WHERE topic = {topic:String}',
    query_params: { topic },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ ranges: number }>();
  return row?.ranges ?? 0;
}

/** Everything that a reader can know of a topic. */
async function figuresOf(topic: string) {
  const [partitions, rows, end, differences] = await Promise.all([
    readLandedTotals(client, topic),
    readLandedRows(client, topic),
    readLandedEnd(client, topic),
    readLogDifferences(client, topic),
  ]);
  return { partitions, rows, end, differences: differences.map(({ name, where }) => `${name} ${where}`) };
}

const range = (topic: string, partition: number, first_offset: number, last_offset: number) => ({
  topic,
  partition,
  first_offset,
  last_offset,
  rows: last_offset + 1 - first_offset,
  quarantined: 0,
});

describe('the compaction of landed ranges', () => {
  it('leaves one row of a partition, and every figure as it was', async () => {
    const topic = newTopic();
    const ranges = Array.from({ length: 40 }, (_, each) => range(topic, each % 2, each * 10, each * 10 + 19));
    await insert('landed_ranges', [...ranges, range(topic, 0, 0, 9), range(topic, 1, 0, 9)]);
    const before = await figuresOf(topic);
    for (let step = 0; step < 3; step += 1)
      await compactRanges(client, nodes, topic, { ...LIMITS, maxRanges: 100 });
    expect(await countRanges(topic)).toBe(0);
    expect(await figuresOf(topic)).toEqual(before);
    expect(before).toMatchObject({ end: 410, differences: [], rows: 820 });
  });

  it('keeps ranges until they and what they are merged into have settled, and few ones until there are more', async () => {
    const topic = newTopic();
    await insert('landed_ranges', [range(topic, 0, 0, 9), range(topic, 0, 10, 19)]);
    const settling = { ...LIMITS, settleMs: 600_000 };
    await compactRanges(client, nodes, topic, settling);
    await compactRanges(client, nodes, topic, { ...LIMITS, minRanges: 3 });
    expect(await readMerged(topic)).toBe(0);
    await compactRanges(client, nodes, topic, LIMITS);
    await compactRanges(client, nodes, topic, settling);
    expect([await readMerged(topic), await countRanges(topic)]).toEqual([1, 2]);
    await compactRanges(client, nodes, topic, LIMITS);
    expect(await countRanges(topic)).toBe(0);
  });

  it('keeps a range whose outcomes do not add up, so that its place is known, until a delivery does', async () => {
    const topic = newTopic();
    await insert('landed_ranges', [
      range(topic, 0, 0, 9),
      { ...range(topic, 0, 10, 19), rows: 8 },
      { ...range(topic, 0, 20, 29), rows: 9, quarantined: 1 },
      range(topic, 0, 30, 39),
    ]);
    const before = await figuresOf(topic);
    expect(before.differences).toEqual([
      `records-without-outcome ${topic} partition 0, offsets 10 to 19`,
      `quarantine-differs ${topic} partition 0, offsets 20 to 29`,
    ]);
    for (let step = 0; step < 3; step += 1) await compactRanges(client, nodes, topic, LIMITS);
    expect(await countRanges(topic)).toBe(2);
    expect(await figuresOf(topic)).toEqual(before);

    await insert('landed_ranges', [range(topic, 0, 5, 19)]);
    await insert('quarantined', [deadLetter(topic, 0, 23)]);
    for (let step = 0; step < 3; step += 1) await compactRanges(client, nodes, topic, LIMITS);
    expect(await countRanges(topic)).toBe(0);
    expect(await figuresOf(topic)).toMatchObject({ differences: [], rows: 52 });
  });

  it('still notices when a dead letter of merged ranges is lost', async () => {
    const topic = newTopic();
    await insert('quarantined', [deadLetter(topic, 3, 4), deadLetter(topic, 3, 6)]);
    await insert('landed_ranges', [{ ...range(topic, 3, 0, 9), rows: 8, quarantined: 2 }]);
    for (let step = 0; step < 2; step += 1) await compactRanges(client, nodes, topic, LIMITS);
    expect((await figuresOf(topic)).differences).toEqual([]);
    await namespace.onTables(
      `ALTER TABLE quarantined DELETE WHERE topic = '${topic}' AND offset = 4 SETTINGS mutations_sync = 2`,
    );
    expect((await figuresOf(topic)).differences).toEqual([
      `quarantine-differs ${topic} partition 3, offsets 0 to 9`,
    ]);
  });

  it('changes no figure, however deliveries, merges and deletes of several aggregators follow each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('row', 'dead', 'unpublished'), { minLength: 6, maxLength: 30 }), {
          minLength: 1,
          maxLength: 2,
        }),
        fc.array(
          fc.oneof(
            fc.record({
              do: fc.constant('deliver' as const),
              at: fc.nat(),
              length: fc.integer({ min: 1, max: 9 }),
            }),
            // Late: by an aggregator that was suspended since it chose the instant.
            fc.record({ do: fc.constantFrom('merge' as const, 'delete' as const), age: fc.nat({ max: 4 }) }),
            fc.record({ do: fc.constant('race' as const) }),
          ),
          { minLength: 5, maxLength: 8 },
        ),
        async (partitions, steps) => {
          const topic = newTopic();
          const log = new PlainLog(topic, partitions);
          let merged = 0;
          for (const step of steps) {
            const until = log.clock + 1 - ('age' in step ? step.age : 0);
            if (step.do === 'deliver') await land(log.deliver(step.at, step.length));
            if (step.do === 'merge') await mergeRanges(client, topic, until);
            if (step.do === 'race') {
              await Promise.all([until - 1, until].map((each) => mergeRanges(client, topic, each)));
            }
            if (step.do === 'delete') await deleteMerged(client, nodes, topic, merged);
            else if (step.do !== 'deliver') merged = Math.max(merged, until);
            if (step.do === 'deliver') continue;
            const figures = await figuresOf(topic);
            expect(figures).toMatchObject(log.figures());
            expect(figures.differences).toEqual(log.gaps());
          }
        },
      ),
      { numRuns: 2 },
    );
  }, 180_000);
});

const deadLetter = (topic: string, partition: number, offset: number) => ({
  topic,
  partition,
  offset,
  reason: 'too-late',
  detail: '',
  org_id: 'one',
  size_bytes: 1,
  appended_at: 0,
});

async function land({ range: landed, deadLetters }: Delivery): Promise<void> {
  if (deadLetters.length > 0) {
    await insert(
      'quarantined',
      deadLetters.map((offset) => deadLetter(landed.topic, landed.partition, offset)),
    );
  }
  await insert('landed_ranges', [landed]);
}

async function readMerged(topic: string): Promise<number> {
  const result = await client.query({
    query: 'SELECT count() AS merged FROM landed_intervals FINAL WHERE topic = {topic:String}',
    query_params: { topic },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ merged: number }>();
  return row?.merged ?? 0;
}
