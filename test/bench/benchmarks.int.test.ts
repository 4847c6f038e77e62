import { openNamespace, type Namespace } from '../servers/namespace.ts';
import { killConsumers } from '../consumers/consumer-process.ts';
import { benchmarksOn, NAMES, type Places, type Sizes } from './benchmarks.ts';
import { compare } from './compare.ts';
import { consumersReport } from './consumers.ts';
import { reportOf } from './report.ts';

const SMALL: Sizes = {
  publish: { calls: 300, rounds: 2 },
  middleware: { calls: 100, bareCalls: 300, rounds: 1 },
  land: { calls: 2_000, rounds: 1 },
  seal: { hours: 3, callsAnHour: 100, rounds: 2 },
  query: { hours: 26, callsAnHour: 100, reads: 2, rounds: 2 },
};
// The middleware is two benchmarks, of two routes, and so are the queries, of two organisations.
const ALL = NAMES.length + 2;

const namespaces: Namespace[] = [];
afterAll(async () => {
  await killConsumers();
  await Promise.all(namespaces.map((namespace) => namespace.drop()));
});

const places: Places = {
  clickhousePid: process.pid,
  open: (name) => {
    const namespace = openNamespace(name);
    namespaces.push(namespace);
    return namespace;
  },
};

it('every benchmark does the same work in both ways, with equal figures', async () => {
  const benchmarks = benchmarksOn(places, SMALL, Date.now());
  const reports: string[] = [];
  for (const name of NAMES) {
    for (const benchmark of await benchmarks[name]()) {
      // A run whose sums differ fails.
      const rounds = await compare(
        benchmark,
        () => performance.now(),
        () => {},
      );
      reports.push(reportOf(benchmark, rounds));
      await benchmark.close();
    }
  }
  expect(reports).toHaveLength(ALL);
  for (const report of reports) expect(report).toMatch(/s a second +[\d,.]+ +[\d,.]+ +[\d,.]+ \(/);
});

it('shows what several consumers of a group land, and lands each call once', async () => {
  const size = { calls: 600, groups: [2], rounds: 1 };
  const store = { shards: 1, pids: () => [process.pid], open: places.open };
  const lines = await consumersReport({ stores: [store], kafkaPid: process.pid }, size, () => {});
  expect(lines).toEqual([
    'consumers: 600 calls from 12 partitions, medians of 1',
    expect.stringContaining('calls a second'),
    expect.stringMatching(/^ +2 +1 +[\d,]+ +[\d.]+ +[\d.]+ +[\d.]+$/),
  ]);
});
