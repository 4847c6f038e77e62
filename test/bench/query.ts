import { count } from '../../cli/table.ts';
import { Type } from 'typebox';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import { FINAL_SETTINGS } from '../../store/usage/query.ts';
import { readTotal, type UsageTotal } from '../../store/usage/read.ts';
import { connectClickHouse, select } from '../../platform/clickhouse/connect.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import type { Benchmark, Candidate } from './benchmark.ts';
import {
  GIANT_ORG,
  historyBefore,
  landHistory,
  TYPICAL_ORG,
  type History,
  type HistorySize,
} from './history.ts';
import { plan } from './plan.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';

/** The instants are this far apart and never on a bucket's edge, so that every read includes raw edges. */
const STEP_MS = 61_007;
const Total = Type.Object({ calls: Type.Integer(), credits: Type.Integer(), rejected: Type.Integer() });

export const query = plan<HistorySize & { readonly reads: number; readonly rounds: number }>(
  {
    full: { hours: 26, callsAnHour: 200_000, reads: 20, rounds: 5 },
    small: { hours: 26, callsAnHour: 20_000, reads: 20, rounds: 3 },
    tiny: { hours: 26, callsAnHour: 100, reads: 2, rounds: 2 },
  },
  async ({ open, clickhousePid }, { reads, rounds, ...size }) => {
    const namespace = open('bench_query').settings;
    const history = historyBefore(Date.now(), size);
    await landHistory(namespace, history);
    return queryBenchmarks(namespace, clickhousePid, { ...history, reads, rounds });
  },
);

/**
 * Reading the credits of the rolling 24 hours from the sealed rollup and raw edges, against a FINAL scan of the events.
 * @param namespace whose database holds the history
 * @param history of more than a day; all but its last hour is sealed here
 */
async function queryBenchmarks(
  namespace: NamespaceSettings,
  clickhousePid: number,
  { rounds, reads, ...history }: History & { readonly rounds: number; readonly reads: number },
): Promise<Benchmark[]> {
  const client = connectClickHouse(namespace, 'bench');
  const end = history.from + history.hours * HOUR_MS;
  await sealEndedHours(client, end - HOUR_MS, 0);

  const rollupAndEdges = (orgId: string, at: number): Promise<UsageTotal> =>
    readTotal(client, { orgId, from: at - DAY_MS, to: at, filters: { product: ['crm'] } });
  async function finalScan(orgId: string, at: number): Promise<UsageTotal> {
    const [row] = await select(
      client,
      Total,
      `SELECT count() AS calls, sum(credits) AS credits, countIf(status = 429) AS rejected FROM call_events FINAL
       WHERE toStartOfHour(occurred_at) >= toStartOfHour(fromUnixTimestamp64Milli({from:Int64}))
         AND toStartOfHour(occurred_at) <= fromUnixTimestamp64Milli({to:Int64}) AND org_id = {org:String}
         AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}) AND occurred_at < fromUnixTimestamp64Milli({to:Int64})
         AND product = 'crm' ${FINAL_SETTINGS}`,
      { from: at - DAY_MS, to: at, org: orgId },
    );
    return row ?? { calls: 0, credits: 0, rejected: 0 };
  }

  const benchmarkOf = (orgId: string, kind: string): Benchmark => {
    const answers = new Set<string>();
    const readingBy = (name: string, read: typeof finalScan): Candidate => ({
      name,
      run: async (measure) => {
        const found: UsageTotal[] = [];
        await measure({ 'this process': process.pid, ClickHouse: clickhousePid }, async () => {
          for (let index = 0; index < reads; index += 1)
            found.push(await read(orgId, end - 1 - index * STEP_MS));
        });
        answers.add(JSON.stringify(found));
        if (answers.size > 1) throw new Error(`${name} read different figures of ${orgId}`);
      },
    });
    const calls = history.hours * history.callsAnHour;
    return {
      name: `query of ${kind} organisation`,
      work: `24 hours at ${reads} instants, one after the other, of ${count(calls)} calls`,
      unit: 'read',
      count: reads,
      cpuPer: 1_000,
      rounds,
      ours: readingBy('rollup and raw edges', rollupAndEdges),
      others: [readingBy('FINAL scan of the events', finalScan)],
      close: () => Promise.resolve(),
    };
  };
  const typical = benchmarkOf(TYPICAL_ORG, 'a typical');
  return [typical, { ...benchmarkOf(GIANT_ORG, 'a giant'), close: () => client.close() }];
}
