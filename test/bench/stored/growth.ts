import { count } from '../../../cli/table.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import type { Benchmark, Candidate, Target } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import { dayBefore, reopenDay, startClosing } from './close-day.ts';
import { GIANT_ORG, insertInterval, type HistorySize } from './history.ts';
import { sharedHistory } from './shared-history.ts';
import { HISTORY_SIZES } from './sizes.ts';
import { startStack } from './stack.ts';
import { timed } from './timed.ts';

interface GrowthSize {
  /** The largest is first: the one that others are compared with. */
  readonly histories: readonly HistorySize[];
  readonly reads: number;
  readonly landed: number;
  readonly rounds: number;
}

const tenthOf = (size: HistorySize): HistorySize => ({ ...size, calls: Math.floor(size.calls / 10) });
const withSmaller = (size: HistorySize): HistorySize[] => [size, tenthOf(size), tenthOf(tenthOf(size))];

/** The same work with 1, 10 and 100 times as much stored. */
export const growth = plan<GrowthSize>(
  {
    full: { histories: withSmaller(HISTORY_SIZES.full), reads: 50, landed: 200_000, rounds: 3 },
    small: { histories: withSmaller(HISTORY_SIZES.small), reads: 20, landed: 20_000, rounds: 2 },
    tiny: { histories: [HISTORY_SIZES.tiny, tenthOf(HISTORY_SIZES.tiny)], reads: 1, landed: 100, rounds: 1 },
  },
  growthBenchmarks,
);

/** What is measured with each history. */
interface Sized {
  readonly name: string;
  readonly pids: Readonly<Record<string, number>>;
  readonly land: () => Promise<void>;
  readonly usage: () => Promise<unknown>;
  readonly report: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
  readonly reopen: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

async function growthBenchmarks(
  places: Places,
  { histories: sizes, reads, landed, rounds }: GrowthSize,
): Promise<readonly Benchmark[]> {
  const sized: Sized[] = [];
  for (const size of sizes) sized.push(await openSized(places, size, landed));

  const benchmarkOf = (
    name: string,
    work: string,
    times: number,
    step: (of: Sized) => Promise<unknown>,
    prepare: (of: Sized) => Promise<unknown> = step, // It warms up.
  ): Benchmark => {
    const candidateOf = (of: Sized): Candidate => ({
      name: of.name,
      run: async (measure) => {
        await prepare(of);
        await measure({ ...of.pids, ClickHouse: places.clickhousePid }, async () => ({
          latenciesMs: await timed(times, () => step(of)),
        }));
      },
    });
    const [largest, ...smaller] = sized.map(candidateOf);
    if (!largest) throw new Error('growth needs a history.');
    return {
      name: `growth: ${name}`,
      work: `${work}, ${times} times, by how many calls are stored`,
      unit: 'step',
      count: times,
      cpuPer: 1,
      rounds,
      ours: largest,
      others: smaller,
      targets: smaller.map(({ name: against }, index): Target => ({
        figure: 'p50',
        against,
        // No more than 1.5 times as long for each 10 times as many.
        atLeast: 1 / 1.5 ** (index + 1),
        aim: 0.9,
      })),
      close: () => Promise.resolve(),
    };
  };
  return [
    benchmarkOf('land', `an insert of ${count(landed)} calls`, 3, ({ land }) => land()),
    benchmarkOf('usage', 'current usage of a giant through HTTP', reads, ({ usage }) => usage()),
    benchmarkOf('reports', '30 days of a giant by day through HTTP', reads, ({ report }) => report()),
    {
      ...benchmarkOf(
        'close',
        'a day of all organisations until its charges have landed',
        1,
        ({ close }) => close(),
        ({ reopen }) => reopen(),
      ),
      close: async () => {
        await Promise.all(sized.map(({ stop }) => stop()));
      },
    },
  ];
}

async function openSized(places: Places, size: HistorySize, landed: number): Promise<Sized> {
  const { namespace, history } = await sharedHistory(places, size);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: 300_000 });
  const stack = await startStack(namespace, ['consumer', 'api']);
  const closing = await startClosing(namespace);
  const token = await stack.tokenOf(GIANT_ORG);
  const [from, to] = [history.end - Math.min(30, history.days) * DAY_MS, history.end];
  const report = `usage?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}&group_by=day&product=crm`;
  let inserted = history.calls;
  const yesterday = dayBefore(history.end, 1);
  return {
    name: `${count(history.calls)} stored`,
    pids: { API: stack.pidOf('api'), consumer: stack.pidOf('consumer'), aggregator: closing.pid },
    // Of an hour that no reader looks at: tomorrow's.
    land: async () => {
      const day = { from: to + DAY_MS, to: to + DAY_MS + 1_000, first: inserted, calls: landed };
      await insertInterval(client, { calls: 1e9, orgs: history.orgs }, day);
      inserted += landed;
    },
    usage: () => stack.read(`/v1/orgs/${GIANT_ORG}/credits`, token),
    report: () => stack.read(`/v1/orgs/${GIANT_ORG}/${report}`, token),
    close: () => closing.close({ day: yesterday }),
    reopen: () => reopenDay(client, yesterday),
    stop: async () => {
      await Promise.all([stack.stop(), closing.end()]);
      await client.close();
    },
  };
}
