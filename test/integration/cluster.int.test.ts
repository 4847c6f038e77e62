import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { startClickHouseCluster, type ClickHouseCluster } from '../../deploy/local/clickhouse-cluster.ts';
import type { ShardBy } from '../../platform/clickhouse/cluster.ts';
import { connectNodes, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { runDataDir } from '../servers/addresses.ts';
import { TEST_USER } from '../servers/clickhouse-user.ts';
import { until } from '../until.ts';
import { openPipeline, type PipelineUnderTest } from './pipeline.ts';
import { startReplay } from './replay.ts';
import { SAMPLE_LOG } from './sample-count.ts';

/** What every figure is made of. Which of equal rows were merged already is no difference. */
const HASHED = {
  call_events: '*, version',
  usage_15m: '*',
  usage_15m_by: '*',
  usage_15m_by_user: '*',
  usage_15m_by_kind: '*',
  usage_15m_by_route: '*',
  daily_charges: '* EXCEPT closed_at',
  quarantined: '* EXCEPT quarantined_at',
};
const HashRow = Type.Object({ rows: Type.Integer({ minimum: 0 }), hash: Type.String() });

async function hashesOf(client: ClickHouseClient): Promise<Record<string, unknown>> {
  const hashes: Record<string, unknown> = {};
  for (const [table, columns] of Object.entries(HASHED)) {
    const [row] = await select(
      client,
      HashRow,
      `SELECT count() AS rows, toString(groupBitXor(cityHash64(toString(tuple(*))))) AS hash
       FROM (SELECT ${columns} FROM ${table} FINAL)`,
    );
    hashes[table] = row;
  }
  return hashes;
}

/** Days are in UTC for organisations of the local stack. */
const LAST_CHARGES = `SELECT org_id, toDate(day) AS date, argMax(used, revision) AS used FROM daily_charges FINAL
  GROUP BY org_id, date`;

const CountRow = Type.Object({ count: Type.Integer() });
const countRows = async (client: ClickHouseClient, table: string): Promise<number> => {
  const [row] = await select(client, CountRow, `SELECT count() AS count FROM ${table}`);
  return row?.count ?? 0;
};

const CLUSTERS: readonly (readonly [ShardBy, string])[] = [
  ['org', 'test_by_org'],
  ['org-hour', 'test_by_hour'],
];

describe('the sample log, landed from the same topics on one server and on two shards that are killed', () => {
  let servers: ClickHouseCluster;
  let one: PipelineUnderTest;
  const onShards: PipelineUnderTest[] = [];

  beforeAll(async () => {
    servers = await startClickHouseCluster({
      dataDir: mkdtempSync(join(runDataDir(), 'shards-')),
      user: TEST_USER,
      clusters: CLUSTERS.map(([, database]) => ({ name: database, localDatabase: `${database}_local` })),
      memoryBytes: 2 ** 31,
    });
    one = await openPipeline('one_server');
    for (const [shardBy, database] of CLUSTERS) {
      const pipeline = await openPipeline('shards', {
        TOPIC_PREFIX: one.env['TOPIC_PREFIX'] ?? '',
        CONSUMER_GROUP: database,
        CLICKHOUSE_URL: servers.urls,
        CLICKHOUSE_DATABASE: database,
        CLICKHOUSE_USER: servers.login.user,
        CLICKHOUSE_PASSWORD: servers.login.password,
        CLICKHOUSE_CLUSTER: database,
        CLICKHOUSE_SHARD_BY: shardBy,
      });
      onShards.push(pipeline);
    }
    const replaying = startReplay(one.env, [SAMPLE_LOG, '--laps', '2', '--shift-to-now']);
    for (const pipeline of [one, ...onShards]) {
      await pipeline.start('consumer');
      await pipeline.start('aggregator');
    }
    // Each shard while rows land, are sealed or closed.
    for (const [index, member] of servers.members.entries()) {
      const pipeline = onShards[index];
      await until(
        'rows land',
        async () => (await countRows(pipeline?.client ?? one.client, 'call_events')) > 500,
      );
      const before = member.pid();
      member.signal('SIGKILL');
      await until('the shard is back', () => member.pid() !== before);
    }
    await replaying.summary;
    for (const pipeline of [one, ...onShards]) await pipeline.settled();
  }, 180_000);

  afterAll(async () => {
    for (const pipeline of [...onShards, one]) await pipeline.stop();
    await servers.stop();
  });

  it.each([...CLUSTERS.entries()])('has the same rows everywhere, to the hash (%#)', async (index) => {
    const expected = await hashesOf(one.client);
    expect(expected['call_events']).toMatchObject({ rows: 2 * 9_999 });
    expect(await hashesOf(onShards[index]?.client ?? one.client)).toEqual(expected);
  });

  it('has rows on each shard', async () => {
    for (const pipeline of onShards) {
      const nodes = connectNodes({ ...configOf(pipeline) }, 'cluster test');
      const counts = await Promise.all(nodes.map((node) => countRows(node, 'call_events')));
      await Promise.all(nodes.map((node) => node.close()));
      expect(Math.min(...counts)).toBeGreaterThan(1_000);
    }
  });

  it('charges each day for what its own rollup has', async () => {
    for (const { client } of [one, ...onShards]) {
      expect(await countRows(client, `(${LAST_CHARGES})`)).toBeGreaterThan(100);
      expect(
        await countRows(
          client,
          `(${LAST_CHARGES}) AS charge
           LEFT JOIN (SELECT org_id, toDate(bucket) AS date, sum(credits) AS counted FROM usage_15m FINAL GROUP BY org_id, date)
             AS usage ON usage.org_id = charge.org_id AND usage.date = charge.date
           WHERE charge.used != usage.counted`,
        ),
      ).toBe(0);
    }
  });

  it('stays the same when everything is delivered again', async () => {
    const before = await hashesOf(one.client);
    for (const [index, pipeline] of onShards.entries()) {
      await pipeline.kill('consumer');
      await pipeline.start('consumer', { CONSUMER_GROUP: `again-${index}` });
    }
    for (const pipeline of onShards) {
      await until('everything landed twice', async () => {
        const [row] = await select(
          pipeline.client,
          CountRow,
          `SELECT sum(rows) AS count FROM landed_ranges WHERE topic = {topic:String}`,
          { topic: pipeline.topics.calls },
        );
        return (row?.count ?? 0) >= 4 * 9_999;
      });
      await pipeline.settled();
      expect(await hashesOf(pipeline.client)).toEqual(before);
    }
  }, 180_000);
});

const configOf = ({ env }: PipelineUnderTest) => ({
  CLICKHOUSE_URL: env['CLICKHOUSE_URL'] ?? '',
  CLICKHOUSE_DATABASE: env['CLICKHOUSE_DATABASE'] ?? '',
  CLICKHOUSE_USER: env['CLICKHOUSE_USER'] ?? '',
  CLICKHOUSE_PASSWORD: env['CLICKHOUSE_PASSWORD'] ?? '',
  CLICKHOUSE_CLUSTER: env['CLICKHOUSE_CLUSTER'] ?? '',
});
