import { setTimeout as sleep } from 'node:timers/promises';
import { refreshMs, type Range } from '../../../api/dashboard/web/intervals.ts';
import { count } from '../../../cli/table.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import type { Benchmark } from '../benchmark.ts';
import { percentile } from '../figures.ts';
import type { History } from './history.ts';
import { AnswerError, type Stack } from './stack.ts';

interface DashboardsSize {
  readonly history: History;
  /** Each of another organisation, the giant among them. */
  readonly dashboards: number;
  readonly seconds: number;
  readonly rounds: number;
}

/** As api/dashboard/web/ has them: state/request-limit.ts, state/live.ts, screens/overview-data.ts. */
const REQUESTS_AT_ONCE = 4;
const REST_PER_WORK = 4;
const RETRY_MS = 2_000;
const TOO_MANY_REQUESTS = 429;
/** A query took longer than the API lets it. */
const TOOK_TOO_LONG = 503;
const BREAKDOWNS = 'product,user,app,route,method,status,module,rule,rejection_cause';
const TOP = 1_000;
const CURRENT_USAGE = 'p99 of current usage';

/** How long requests took, in milliseconds: all of them, and those of current usage. */
interface Answered {
  readonly requests: number[];
  readonly gauges: number[];
  rejected: number;
  timedOut: number;
}

/** Overviews of many organisations, open at once: each refreshes itself as the dashboard does. */
export async function dashboardsBenchmark(
  stack: Stack,
  clickhousePid: number,
  { history, dashboards, seconds, rounds }: DashboardsSize,
): Promise<Benchmark> {
  // Of all sizes, from the giant to the smallest.
  const orgIds = Array.from(
    { length: dashboards },
    (_, index) => `org-${Math.floor((index * (history.orgs - 1)) / dashboards)}`,
  );
  const tokens = await Promise.all(orgIds.map((orgId) => stack.tokenOf(orgId)));

  async function run(): Promise<Answered> {
    const answered: Answered = { requests: [], gauges: [], rejected: 0, timedOut: 0 };
    const until = performance.now() + seconds * 1_000;
    const refreshEveryMs = refreshMs(windowBefore(Date.now()));
    const open = async (orgId: string, index: number): Promise<void> => {
      const token = tokens[index] ?? '';
      const read = async (path: string): Promise<number> => {
        const startedAt = performance.now();
        await stack.read(`/v1/orgs/${orgId}/${path}`, token);
        const took = performance.now() - startedAt;
        answered.requests.push(took);
        return took;
      };
      // Opened one after the other, over the time of one refresh.
      await sleep((index / dashboards) * Math.min(refreshEveryMs, seconds * 500));
      for (let rest = 0; performance.now() + rest < until;) {
        await sleep(rest);
        const startedAt = performance.now();
        try {
          answered.gauges.push(await read('credits?product=crm'));
          await inTurn(refreshPaths(windowBefore(Date.now())), read);
          rest = Math.max(refreshEveryMs, REST_PER_WORK * (performance.now() - startedAt));
        } catch (error) {
          if (!(error instanceof AnswerError)) throw error;
          if (error.status === TOO_MANY_REQUESTS) answered.rejected += 1;
          else if (error.status === TOOK_TOO_LONG) answered.timedOut += 1;
          else throw error;
          rest = RETRY_MS;
        }
      }
    };
    await Promise.all(orgIds.map(open));
    return answered;
  }

  return {
    name: 'usage on dashboards',
    work: `${dashboards} dashboards of different organisations open for ${seconds} s, of ${count(history.calls)} calls`,
    unit: 'second',
    count: Math.max(1, seconds),
    cpuPer: 1,
    isPaced: true,
    rounds,
    ours: {
      name: 'API, through HTTP',
      run: (measure) =>
        measure({ API: stack.pidOf('api'), ClickHouse: clickhousePid }, async () => {
          const { requests, gauges, rejected, timedOut } = await run();
          return {
            latenciesMs: requests,
            figures: [
              { name: CURRENT_USAGE, unit: 'ms', value: percentile(gauges, 0.99), better: 'less' },
              { name: 'requests', unit: '/s', value: requests.length / Math.max(1, seconds), better: 'more' },
              { name: 'refreshes rejected as too many', unit: '', value: rejected, better: 'less' },
              { name: 'refreshes ended as too slow', unit: '', value: timedOut, better: 'less' },
            ],
          };
        }),
    },
    others: [],
    targets: [{ figure: CURRENT_USAGE, atLeast: 50, aim: 20 }],
    close: () => Promise.resolve(),
  };
}

const windowBefore = (to: number): Range => ({ from: to - DAY_MS, to });

/** What the overview reads after the current usage, up to the same instant. */
function refreshPaths({ from, to }: Range): string[] {
  const at = new Date(to).toISOString();
  const range = `from=${new Date(from).toISOString()}&to=${at}`;
  return [
    `credits/returning?product=crm&at=${at}`,
    `usage?${range}&group_by=hour&product=crm`,
    `usage/breakdowns?${range}&by=${BREAKDOWNS}&top=${TOP}&product=crm`,
  ];
}

/** A few at once, in their order. */
async function inTurn(paths: readonly string[], read: (path: string) => Promise<unknown>): Promise<void> {
  const left = [...paths];
  const one = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) await read(path);
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, one));
}
