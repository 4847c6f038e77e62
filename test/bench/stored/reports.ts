import { Type } from 'typebox';
import { count } from '../../../cli/table.ts';
import { floorTo } from '../../../domain/instants.ts';
import { connectClickHouse, select } from '../../../platform/clickhouse/connect.ts';
import { compiled } from '../../../platform/compiled-schema.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { ROUTE_OF_ENDPOINT } from '../../../store/usage/route.ts';
import type { Benchmark, Candidate } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import { rangeSql } from './alternatives.ts';
import { GIANT_ORG, type HistorySize } from './history.ts';
import { reading } from './reading.ts';
import { sharedHistory } from './shared-history.ts';
import { HISTORY_SIZES } from './sizes.ts';
import { startStack } from './stack.ts';

interface ReportsSize {
  readonly history: HistorySize;
  /** Reads of each report in a round. */
  readonly reads: number;
  readonly rounds: number;
}

const RAW = 'FINAL scan of the events';
/** As many rows as the dashboard requests of a dimension. */
const TOP = 1_000;
const { check: isUsage } = compiled(Type.Object({ total: Type.Object({ credits: Type.Integer() }) }));
const Row = Type.Object({ total: Type.Integer() });

/** Reports of the giant organisation through HTTP from an API process, against the same grouping of its raw events. */
export const reports = plan<ReportsSize>(
  {
    full: { history: HISTORY_SIZES.full, reads: 5, rounds: 3 },
    small: { history: HISTORY_SIZES.small, reads: 5, rounds: 3 },
    tiny: { history: HISTORY_SIZES.tiny, reads: 1, rounds: 1 },
  },
  reportBenchmarks,
);

interface Report {
  readonly name: string;
  /** Before the end of the history, or of the day before. */
  readonly days: number;
  readonly ofWholeDays?: boolean;
  readonly groupBy: 'day' | 'user' | 'route' | 'endpoint';
}

const REPORTS: readonly Report[] = [
  { name: '30 days by day', days: 30, groupBy: 'day' },
  { name: '30 days by user', days: 30, groupBy: 'user' },
  { name: '30 days by route', days: 30, groupBy: 'route' },
  { name: '30 days by endpoint', days: 30, groupBy: 'endpoint' },
  { name: '13 months by day', days: 394, groupBy: 'day' },
  { name: 'a day by route', days: 1, ofWholeDays: true, groupBy: 'route' },
  { name: 'a day by endpoint', days: 1, ofWholeDays: true, groupBy: 'endpoint' },
];
const RAW_GROUPS = {
  day: 'toStartOfDay(occurred_at)',
  user: 'user_id',
  route: ROUTE_OF_ENDPOINT,
  endpoint: 'endpoint',
} as const;

async function reportBenchmarks(places: Places, size: ReportsSize): Promise<readonly Benchmark[]> {
  const { namespace, history } = await sharedHistory(places, size.history);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: 300_000 });
  const stack = await startStack(namespace, ['consumer', 'api']);
  const token = await stack.tokenOf(GIANT_ORG);

  const benchmarkOf = ({ name, days, ofWholeDays = false, groupBy }: Report): Benchmark => {
    const to = ofWholeDays ? floorTo(history.end, DAY_MS) : history.end;
    const range = { from: to - Math.min(days, history.days) * DAY_MS, to };
    const found = new Set<number>();

    async function ours(): Promise<number> {
      const top = groupBy === 'day' ? '' : `&top=${TOP}`;
      const [from, until] = [range.from, range.to].map((at) => new Date(at).toISOString());
      const path = `/v1/orgs/${GIANT_ORG}/usage?from=${from}&to=${until}&group_by=${groupBy}${top}&product=crm`;
      const answer = await stack.read(path, token);
      if (!isUsage(answer)) throw new Error(`not a report: ${JSON.stringify(answer).slice(0, 200)}`);
      return answer.total.credits;
    }
    async function raw(): Promise<number> {
      const rows = await select(
        client,
        Row,
        `SELECT toString(${RAW_GROUPS[groupBy]}) AS of, count() AS calls, sum(credits) AS credits, countIf(status = 429) AS rejected,
           sum(sum(events.credits)) OVER () AS total
         FROM call_events AS events FINAL ${rangeSql} GROUP BY of ORDER BY credits DESC LIMIT ${TOP}`,
        { ...range, org: GIANT_ORG },
      );
      return rows[0]?.total ?? 0;
    }
    // The first read also warms up.
    const readingBy = (
      candidate: string,
      read: () => Promise<number>,
      pids: Readonly<Record<string, number>> = {},
    ): Candidate =>
      reading(found, {
        name: candidate,
        known: read,
        read,
        warmUps: 0,
        reads: size.reads,
        pids: { ...pids, ClickHouse: places.clickhousePid },
      });
    return {
      name: `report: ${name}`,
      work: `${size.reads} reads, one after the other, of a giant with a quarter of ${count(history.calls)} calls`,
      unit: 'read',
      count: size.reads,
      cpuPer: 1,
      rounds: size.rounds,
      ours: readingBy('API, through HTTP', ours, { API: stack.pidOf('api') }),
      others: [readingBy(RAW, raw)],
      targets: [
        { figure: 'p99', atLeast: 500, aim: 100 },
        { figure: 'p50', against: RAW, atLeast: 10, aim: 50 },
      ],
      close: async () => {
        if (name !== REPORTS.at(-1)?.name) return;
        await stack.stop();
        await client.close();
      },
    };
  };
  return REPORTS.map(benchmarkOf);
}
