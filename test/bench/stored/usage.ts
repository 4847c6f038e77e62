import { Type } from 'typebox';
import { count } from '../../../cli/table.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { compiled } from '../../../platform/compiled-schema.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import type { Benchmark, Candidate } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import { createOpenMeter, finalScan, openMeterQuery, type Read } from './alternatives.ts';
import { dashboardsBenchmark } from './dashboards.ts';
import { GIANT_ORG, lastHour, typicalOrg, type HistorySize } from './history.ts';
import { reading } from './reading.ts';
import { sharedHistory } from './shared-history.ts';
import { HISTORY_SIZES } from './sizes.ts';
import { startStack } from './stack.ts';

interface UsageSize {
  readonly history: HistorySize;
  /** Reads in a round, one after the other. */
  readonly reads: number;
  /** Of the giant: a read of its raw events takes a second or more. */
  readonly giantReads: number;
  readonly rounds: number;
  readonly dashboards: number;
  readonly seconds: number;
}

const WARM_UP_READS = 5;
const FINAL_SCAN = 'FINAL scan of the events';
const OPENMETER = "OpenMeter's query";
const { check: isCredits } = compiled(Type.Object({ used: Type.Integer() }));

/** Current usage through HTTP from an API process, against queries of the raw events without HTTP. */
export const usage = plan<UsageSize>(
  {
    full: { history: HISTORY_SIZES.full, reads: 200, giantReads: 40, rounds: 3, dashboards: 50, seconds: 30 },
    small: {
      history: HISTORY_SIZES.small,
      reads: 50,
      giantReads: 20,
      rounds: 3,
      dashboards: 50,
      seconds: 10,
    },
    tiny: { history: HISTORY_SIZES.tiny, reads: 2, giantReads: 2, rounds: 1, dashboards: 2, seconds: 1 },
  },
  usageBenchmarks,
);

async function usageBenchmarks(places: Places, size: UsageSize): Promise<readonly Benchmark[]> {
  const { namespace, history } = await sharedHistory(places, size.history);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: 300_000 });
  const typical = typicalOrg(history);
  places.progress('usage: making the table of an alternative');
  await createOpenMeter(client, [typical, GIANT_ORG], lastHour(history) - DAY_MS - 2 * HOUR_MS);
  const stack = await startStack(namespace, ['consumer', 'api']);
  /** Every candidate reads these 24 hours too, for the same credits. */
  const known = lastHour(history) - 37 * MINUTE_MS;

  const benchmarkOf = async (
    orgId: string,
    kind: string,
    reads: number,
    times: number,
  ): Promise<Benchmark> => {
    const token = await stack.tokenOf(orgId);
    const found = new Set<number>();
    const windowAt = (to: number): Read => ({ orgId, from: to - DAY_MS, to });
    async function ours(at?: number): Promise<number> {
      const query = at === undefined ? '' : `?at=${new Date(at).toISOString()}`;
      const answer = await stack.read(`/v1/orgs/${orgId}/credits${query}`, token);
      if (!isCredits(answer)) throw new Error(`not the credits of ${orgId}: ${JSON.stringify(answer)}`);
      return answer.used;
    }
    const readingBy = (
      name: string,
      read: (at?: number) => Promise<number>,
      pids: Readonly<Record<string, number>> = {},
    ): Candidate =>
      reading(found, {
        name,
        known: () => read(known),
        read: () => read(),
        warmUps: WARM_UP_READS,
        reads,
        pids: { ...pids, ClickHouse: places.clickhousePid },
      });
    return {
      name: `usage of ${kind}`,
      work: `${reads} reads of current usage, one after the other, of ${count(history.calls)} calls of ${count(history.orgs)} organisations`,
      unit: 'read',
      count: reads,
      cpuPer: 1_000,
      rounds: size.rounds,
      ours: readingBy('API, through HTTP', ours, { API: stack.pidOf('api') }),
      others: [
        readingBy(FINAL_SCAN, (at = Date.now()) => finalScan(client, windowAt(at))),
        readingBy(OPENMETER, (at = Date.now()) => openMeterQuery(client, windowAt(at))),
      ],
      targets: [
        { figure: 'p99', atLeast: 50, aim: 20 },
        { figure: 'p50', against: FINAL_SCAN, atLeast: times },
      ],
      close: () => Promise.resolve(),
    };
  };

  return [
    await benchmarkOf(typical, 'a typical organisation', size.reads, 3),
    await benchmarkOf(GIANT_ORG, 'a giant', size.giantReads, 20),
    {
      ...(await dashboardsBenchmark(stack, places.clickhousePid, { ...size, history })),
      close: async () => {
        await stack.stop();
        await client.command({ query: 'DROP TABLE om_events' });
        await client.close();
      },
    },
  ];
}
