import type { Namespace, NamespaceSettings } from '../servers/namespace.ts';
import type { Benchmark } from './compare.ts';
import { landHistory, type History } from './history.ts';
import { landBenchmark } from './land.ts';
import { middlewareBenchmarks, type MiddlewareSize } from './middleware.ts';
import { publishBenchmark } from './publish.ts';
import { queryBenchmarks } from './query.ts';
import { sealBenchmark } from './seal.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';

type HistorySize = Omit<History, 'from'>;

/** How much work each benchmark does. The suite that tests them uses smaller sizes. */
export interface Sizes {
  readonly publish: { readonly calls: number; readonly rounds: number };
  readonly middleware: MiddlewareSize;
  readonly land: { readonly calls: number; readonly rounds: number };
  readonly seal: HistorySize & { readonly rounds: number };
  readonly query: HistorySize & { readonly reads: number; readonly rounds: number };
}

/** Takes some minutes on two shared cores, and 2 GB of disk. */
export const SIZES: Sizes = {
  publish: { calls: 200_000, rounds: 3 },
  middleware: { calls: 4_000, bareCalls: 50_000, rounds: 3 },
  land: { calls: 500_000, rounds: 3 },
  seal: { hours: 26, callsAnHour: 200_000, rounds: 5 },
  query: { hours: 26, callsAnHour: 200_000, reads: 20, rounds: 5 },
};

export const NAMES = ['publish', 'middleware', 'land', 'seal', 'query'] as const;

/** The servers that benchmarks run on. */
export interface Places {
  /** Its CPU is measured. */
  readonly clickhousePid: number;
  /** Opens topics and a database for one benchmark. */
  readonly open: (name: string) => Namespace;
}

/** For each hot path, a function that prepares its benchmarks. */
export type Benchmarks = Readonly<Record<(typeof NAMES)[number], () => Promise<readonly Benchmark[]>>>;

/** @param now epoch milliseconds; the history ends with the last complete hour */
export function benchmarksOn(places: Places, sizes: Sizes, now: number): Benchmarks {
  const { clickhousePid } = places;
  const open = (name: string): NamespaceSettings => places.open(`bench_${name}`).settings;
  const from = ({ hours }: HistorySize): number => floorTo(now, HOUR_MS) - hours * HOUR_MS;
  return {
    publish: async () => [await publishBenchmark(open('publish'), sizes.publish)],
    middleware: () => middlewareBenchmarks(open('middleware'), sizes.middleware),
    land: async () => [await landBenchmark(open('land'), clickhousePid, sizes.land)],
    seal: async () => {
      const both = { ours: open('our_order'), other: open('other_order') };
      return [await sealBenchmark(both, clickhousePid, { ...sizes.seal, from: from(sizes.seal) })];
    },
    query: async () => {
      const namespace = open('query');
      const history = { ...sizes.query, from: from(sizes.query) };
      await landHistory(namespace, history);
      return queryBenchmarks(namespace, clickhousePid, history);
    },
  };
}
