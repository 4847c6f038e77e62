import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { startClickHouseCluster, type ClickHouseCluster } from '../../../deploy/local/clickhouse-cluster.ts';
import { checkCluster } from '../../../platform/clickhouse/cluster-check.ts';
import {
  connectClickHouse,
  connectNodes,
  select,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { ServerClock } from '../../../platform/clickhouse/server-clock.ts';
import { enforceRetention, readKeptEvents } from '../../../store/retention.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { land, landedEvent } from '../../aggregator/events.ts';
import { runDataDir } from '../../servers/addresses.ts';
import { TEST_USER } from '../../servers/clickhouse-user.ts';
import { until } from '../../until.ts';

const DATABASE = 'test_shards';
const LOCAL = `${DATABASE}_local`;
const HOUR = Date.UTC(2026, 10, 20, 7);

let cluster: ClickHouseCluster;
let config: ClickHouseConfig;
let client: ClickHouseClient;
let nodes: ClickHouseClient[];

beforeAll(async () => {
  cluster = await startClickHouseCluster({
    dataDir: mkdtempSync(join(runDataDir(), 'cluster-')),
    user: TEST_USER,
    clusters: [
      { name: 'credits', localDatabase: LOCAL },
      { name: 'renamed', localDatabase: LOCAL },
      { name: 'single', localDatabase: 'test_single_local' },
      { name: 'elsewhere', localDatabase: 'another' },
    ],
    memoryBytes: 2 ** 31,
  });
  config = {
    CLICKHOUSE_URL: cluster.urls,
    CLICKHOUSE_DATABASE: DATABASE,
    CLICKHOUSE_USER: cluster.login.user,
    CLICKHOUSE_PASSWORD: cluster.login.password,
    CLICKHOUSE_CLUSTER: 'credits',
  };
});
afterAll(async () => {
  await Promise.all([client, ...nodes].map((each) => each.close()));
  await cluster.stop();
});

const Count = Type.Object({ count: Type.Integer() });
async function count(of: ClickHouseClient, from: string): Promise<number> {
  const [row] = await select(of, Count, `SELECT count() AS count FROM ${from}`);
  return row?.count ?? 0;
}

const EngineRow = Type.Object({ engine_full: Type.String(), uuid: Type.String() });
const readEngines = () =>
  select(
    nodes[0] ?? client,
    EngineRow,
    `SELECT engine_full, toString(uuid) AS uuid FROM system.tables WHERE database = '${DATABASE}' ORDER BY name`,
  );

const orgs = Array.from({ length: 20 }, (_, index) => `org-${index}`);

describe('a cluster of two shards', () => {
  it('gets every table on each server, and the same again', async () => {
    expect((await migrate(config)).length).toBeGreaterThan(10);
    expect(await migrate(config)).toEqual([]);
    client = connectClickHouse(config, 'cluster test');
    nodes = connectNodes(config, 'cluster test');
    for (const node of nodes) {
      const tables = (database: string) =>
        count(node, `system.tables WHERE database = '${database}' AND engine LIKE '%MergeTree'`);
      // The local database has two bookkeeping tables more; the other one has no rows of its own.
      expect(await tables(LOCAL)).toBeGreaterThan(15);
      expect(await tables(DATABASE)).toBe(0);
    }
  });

  it('spreads organisations over the shards, and each of them with its invalidations on one', async () => {
    await land(
      client,
      orgs.map((org) => landedEvent(HOUR + 5, { org })),
    );
    const perShard = await Promise.all(nodes.map((node) => count(node, 'call_events')));
    expect(Math.min(...perShard)).toBeGreaterThan(2);
    expect(perShard.reduce((sum, each) => sum + each, 0)).toBe(orgs.length);
    expect(await Promise.all(nodes.map((node) => count(node, 'dirty_marks')))).toEqual(perShard);
    expect(await count(client, 'call_events FINAL')).toBe(orgs.length);
  });

  it('keeps what decides once on the first shard, through whichever server it is written', async () => {
    for (let round = 0; round < 4; round += 1) {
      await client.insert({
        table: 'aggregator_progress',
        values: [{ name: 'sealed', until: round }],
        format: 'JSONEachRow',
      });
    }
    expect(await Promise.all(nodes.map((node) => count(node, 'aggregator_progress FINAL')))).toEqual([1, 0]);
    expect(await count(client, 'aggregator_progress FINAL')).toBe(1);
  });

  it('shows a new column of a local table in the Distributed one after the next migration', async () => {
    for (const node of nodes)
      await node.command({ query: 'ALTER TABLE landed_ranges ADD COLUMN extra UInt8' });
    await migrate(config);
    expect(await count(client, 'landed_ranges WHERE extra = 1')).toBe(0);
  });

  it('creates Distributed tables again for a cluster of another name, and otherwise leaves them', async () => {
    const before = await readEngines();
    await migrate(config);
    expect(await readEngines()).toEqual(before);
    await migrate({ ...config, CLICKHOUSE_CLUSTER: 'renamed' });
    for (const { engine_full: engine } of await readEngines())
      expect(engine).toMatch(/^Distributed\('renamed/);
    await migrate(config);
  });

  it('waits until an ALTER has reached every replica, for the next replica gets the same one', async () => {
    for (const node of nodes) {
      expect(await count(node, `system.settings WHERE name = 'alter_sync' AND value = '2'`)).toBe(1);
    }
  });

  it('does not take over the tables of one server, nor the other way around', async () => {
    const one = { ...config, CLICKHOUSE_URL: cluster.members[0]?.url ?? '', CLICKHOUSE_CLUSTER: '' };
    await expect(migrate(one)).rejects.toThrow(
      'test_shards has the Distributed tables of a cluster: set CLICKHOUSE_CLUSTER',
    );
    await migrate({ ...one, CLICKHOUSE_DATABASE: 'test_single' });
    const taken = { ...config, CLICKHOUSE_DATABASE: 'test_single', CLICKHOUSE_CLUSTER: 'single' };
    await expect(migrate(taken)).rejects.toThrow(
      'CLICKHOUSE_DATABASE test_single has rows of one server (aggregator_',
    );
    expect(
      await count(
        nodes[0] ?? client,
        `system.tables WHERE database = 'test_single' AND engine LIKE '%MergeTree'`,
      ),
    ).toBeGreaterThan(15);
  });

  it('gives an empty server in the place of another one its tables again', async () => {
    const [first = client, second = client] = nodes;
    const before = await count(first, 'call_events');
    for (const database of [DATABASE, LOCAL])
      await second.command({ query: `DROP DATABASE ${database} SYNC` });
    expect((await migrate(config)).length).toBeGreaterThan(10);
    expect(await count(second, 'call_events')).toBe(0);
    expect(await count(client, 'call_events')).toBe(before);
    expect(await migrate(config)).toEqual([]);
  });

  it('sets the retention on every shard, and the shortest one counts', async () => {
    expect(await enforceRetention(config, 500)).toMatchObject({ retentionMs: 500 * DAY_MS });
    // As where a process was killed between the two.
    await nodes[1]?.command({
      query: 'ALTER TABLE call_events MODIFY TTL toStartOfDay(occurred_at) + toIntervalDay(401)',
    });
    expect(await readKeptEvents(config)).toMatchObject({ retentionMs: 400 * DAY_MS });
    expect(await enforceRetention(config, 500)).toMatchObject({ retentionMs: 500 * DAY_MS });
  });

  it('names everything that is not set up as configured', async () => {
    const wrong = { ...config, CLICKHOUSE_CLUSTER: 'elsewhere', CLICKHOUSE_REPLICAS: 2 };
    const other = connectClickHouse(wrong, 'cluster test');
    const error = await checkCluster(other, wrong).catch((thrown: unknown) => thrown);
    await other.close();
    expect(error).toMatchObject({
      code: 'CLUSTER',
      problems: expect.arrayContaining([
        'shard 1 of elsewhere has 1 replicas, CLICKHOUSE_REPLICAS is 2',
        expect.stringMatching(/in elsewhere needs <default_database>test_shards_local</),
      ]),
    });
    // The settings of replicas are as wanted.
    expect(String(error)).not.toContain('the profile of');
    const missing = { ...config, CLICKHOUSE_CLUSTER: 'none' };
    await expect(checkCluster(client, missing)).rejects.toMatchObject({
      problems: expect.arrayContaining([
        'remote_servers has no cluster none (CLICKHOUSE_CLUSTER)',
        'remote_servers has no cluster none_unsharded (CLICKHOUSE_UNSHARDED_CLUSTER)',
      ]),
    });
    const unset = connectClickHouse({ ...config, CLICKHOUSE_CLUSTER: '' }, 'cluster test');
    await expect(checkCluster(unset, config)).rejects.toThrow(
      'the profile of api_test must leave distributed_foreground_insert at 1; it is 0',
    );
    await unset.close();
  });

  it('is not distributed another way than at first, for a repeat would count twice', async () => {
    const other: ClickHouseConfig = { ...config, CLICKHOUSE_SHARD_BY: 'org-hour' };
    await expect(checkCluster(client, other)).rejects.toThrow('distributed over 2 shards by org');
    await expect(migrate(other)).rejects.toThrow('distributed over 2 shards by org');
  });

  it('keeps the order of its shards, for a repeat would count twice', async () => {
    for (const node of nodes) {
      await node.command({
        query: `ALTER TABLE cluster_layout UPDATE shard_of = mapApply((server, shard) -> (server, 3 - shard), shard_of)
          WHERE 1 SETTINGS mutations_sync = 2`,
      });
    }
    await expect(migrate(config)).rejects.toThrow(/was shard 2 of credits at first and is shard 1 now/);
    for (const node of nodes) await node.command({ query: 'TRUNCATE TABLE cluster_layout' });
    expect(await migrate(config)).toEqual([]);
  });

  it('is not migrated through a part of its servers', async () => {
    const [one = ''] = cluster.urls.split(',');
    await expect(migrate({ ...config, CLICKHOUSE_URL: one })).rejects.toThrow(
      'CLICKHOUSE_URL must name each of the 2 servers of credits once',
    );
  });

  it('answers nothing rather than a part while a shard is down, and everything when it is back', async () => {
    const before = await count(client, 'call_events FINAL');
    const answers = await answersWhileDown(1, () => count(client, 'call_events FINAL'));
    expect(new Set(answers)).toEqual(new Set([before, 'error']));
  });

  it('has one clock, that of the first shard, whichever server is asked', async () => {
    expect(new Set(await answersWhileDown(0, readClock))).toEqual(new Set(['read', 'error']));
  });
});

async function readClock(): Promise<'read'> {
  await new ServerClock(client, () => performance.now(), true).refresh();
  return 'read';
}

/** What a question is answered from the kill of a shard on until it is back. */
async function answersWhileDown<Answer>(
  shard: number,
  ask: () => Promise<Answer>,
): Promise<(Answer | 'error')[]> {
  const answers: (Answer | 'error')[] = [];
  await until('the shard answers again', async () => {
    // Again where a stall of the machine has hidden that it was away.
    if (!answers.includes('error')) cluster.members[shard]?.signal('SIGKILL');
    answers.push(await ask().catch((): 'error' => 'error'));
    return answers.includes('error') && answers.at(-1) !== 'error';
  });
  return answers;
}
