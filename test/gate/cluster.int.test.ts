import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { startClickHouseCluster, type ClickHouseCluster } from '../../deploy/local/clickhouse-cluster.ts';
import { floorTo, formatInstant } from '../../domain/instants.ts';
import { connectNodes, select, type ClickHouseConfig } from '../../platform/clickhouse/connect.ts';
import type { Gate } from '../../producers/gate/contract.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../schemas/time-units.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { killConsumers } from '../consumers/consumer-process.ts';
import { openPipeline, type PipelineUnderTest } from '../integration/pipeline.ts';
import { runDataDir } from '../servers/addresses.ts';
import { TEST_USER } from '../servers/clickhouse-user.ts';
import { until } from '../until.ts';
import { openClient, openPublisher, startGate, untilDivided, type RunningGate } from './gates.ts';
import {
  admittedUntilRejected,
  callOf,
  COST,
  eventOf,
  landedCredits,
  spendAll,
  spendRest,
  TOTAL,
} from './spending.ts';

/** By the hour, an organisation's calls are on both shards. */
const DATABASE = 'test_gates_on_shards';
const CLOCK_DIFFERENCE_MS = 100;
const TIMEOUT_MS = 300_000;

let cluster: ClickHouseCluster;
let config: ClickHouseConfig;
let pipeline: PipelineUnderTest;
let publisher: Publisher;
let gates: RunningGate[] = [];
let servers: Gate[] = [];

beforeAll(async () => {
  cluster = await startClickHouseCluster({
    dataDir: mkdtempSync(join(runDataDir(), 'gate-shards-')),
    user: TEST_USER,
    clusters: [{ name: DATABASE, localDatabase: `${DATABASE}_local` }],
    memoryBytes: 2 ** 31,
  });
  const variables = {
    CLICKHOUSE_URL: cluster.urls,
    CLICKHOUSE_DATABASE: DATABASE,
    CLICKHOUSE_USER: cluster.login.user,
    CLICKHOUSE_PASSWORD: cluster.login.password,
    CLICKHOUSE_CLUSTER: DATABASE,
    CLICKHOUSE_SHARD_BY: 'org-hour',
  } as const;
  config = variables;
  pipeline = await openPipeline('gateshards', variables);
  await pipeline.start('consumer');
  await pipeline.start('aggregator');
  publisher = openPublisher(pipeline);
  const timing = { CLOCK_DIFFERENCE_MS: String(CLOCK_DIFFERENCE_MS) };
  gates = [await startGate(pipeline, timing), await startGate(pipeline, timing)];
  await untilDivided(gates);
  servers = [await openClient(gates), await openClient(gates)];
}, TIMEOUT_MS);

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await publisher.close();
  await killConsumers();
  await pipeline.stop();
  await cluster.stop();
});

const landed = (org: string): Promise<number> => landedCredits(pipeline.client, org);

/** The problem document of a call that is rejected. */
async function rejectionOf(org: string, credits: number): Promise<Readonly<Record<string, unknown>>> {
  const decision = await servers[0]?.admit(callOf(org, credits));
  if (decision?.admitted !== false) throw new Error('the call was admitted');
  return decision.rejection.problem;
}

/** What each server is admitted more. */
const admittedOf = (org: string): Promise<number[]> =>
  Promise.all(servers.map((server) => admittedUntilRejected(publisher, server, org)));

describe('two gates on two shards', () => {
  it(
    'count what both shards have, sealed hours and later ones, and say who used it and when it returns',
    async () => {
      const org = 'on-both-shards';
      const hours = Array.from({ length: 20 }, (_, index) => 20 - index);
      const times = hours.map((hour) => Date.now() - hour * HOUR_MS);
      await Promise.all(
        times.map((at, index) => publisher.publish(eventOf(org, COST, at, index < 12 ? 'ann' : 'bob'))),
      );
      await until('all of them have landed', async () => (await landed(org)) === hours.length * COST);
      const isSealed = floorTo(Date.now() - 2 * MINUTE_MS, HOUR_MS);
      await until(
        'their hours are sealed',
        async () => (await readProgress(pipeline.client)).sealed >= isSealed,
      );
      const nodes = connectNodes(config, 'gate test');
      const counts = await Promise.all(
        nodes.map((node) => select(node, Count, `SELECT count() AS count FROM call_events`)),
      );
      await Promise.all(nodes.map((node) => node.close()));
      expect(Math.min(...counts.map(([row]) => row?.count ?? 0))).toBeGreaterThan(0);

      // Two of the earliest calls must leave the 24 hours first.
      const second = floorTo(times[1] ?? 0, SECOND_MS);
      const missing = TOTAL - hours.length * COST + 2 * COST;
      await until('the gate has read them', async () => {
        expect(await rejectionOf(org, missing)).toMatchObject({
          limit: { credits: TOTAL, used: hours.length * COST },
          top_user: { user_id: 'ann', credits: 12 * COST },
          available_at: formatInstant(second + SECOND_MS + DAY_MS + CLOCK_DIFFERENCE_MS),
        });
        return true;
      });
    },
    TIMEOUT_MS,
  );

  it(
    'admit exactly what there is, of organisations of either gate, and nothing more once it has landed',
    async () => {
      // At once: what a server has leased too much is another one's only after the lease has ended.
      await Promise.all(
        ['one', 'two', 'three', 'four'].map(async (org) => {
          const before = await spendAll(publisher, servers, org);
          expect([org, await spendRest(publisher, firstServer(), org, before)]).toEqual([org, TOTAL]);
          await until('everything has landed', async () => (await landed(org)) === TOTAL);
          expect(await admittedOf(org)).toEqual([0, 0]);
        }),
      );
    },
    TIMEOUT_MS,
  );

  it.each([0, 1])(
    'admit no more than there is while shard %i is killed, and all of it when the shard is back',
    async (index) => {
      const org = `killed-shard-${index}`;
      const member = cluster.members[index];
      const begun = Promise.withResolvers<void>();
      const spending = spendAll(publisher, servers, org, (admitted) => {
        if (admitted > TOTAL / 5) begun.resolve();
      });
      await begun.promise;
      member?.signal('SIGKILL');
      expect(await spendRest(publisher, firstServer(), org, await spending)).toBe(TOTAL);
      await until('everything has landed', async () => (await landed(org)) === TOTAL);
      expect(await admittedOf(org)).toEqual([0, 0]);
    },
    TIMEOUT_MS,
  );
});

const Count = Type.Object({ count: Type.Integer() });

function firstServer(): Gate {
  const [server] = servers;
  if (server === undefined) throw new Error('there is no server');
  return server;
}
