import type { Namespace } from '../servers/namespace.ts';
import type { Benchmark } from './benchmark.ts';

/** full: as reported. small: a minute or so, to develop with. tiny: that everything works, for the suite. */
export type Size = 'full' | 'small' | 'tiny';

/** The servers that benchmarks run on. */
export interface Places {
  /** Their CPU and memory are measured. */
  readonly clickhousePid: number;
  readonly kafkaPid: number;
  /** Opens topics and a database for one benchmark. */
  readonly open: (name: string) => Namespace;
  /** Reports a preparation that takes long. */
  readonly progress: (text: string) => void;
  /** Waits until ClickHouse has merged what was stored before. */
  readonly untilQuiet: () => Promise<void>;
}

/** Prepares the benchmarks of one path. */
export interface Plan {
  readonly open: (places: Places, size: Size) => Promise<readonly Benchmark[]>;
}

/** @param sizes how much work the benchmarks do at each size */
export const plan = <Work>(
  sizes: Readonly<Record<Size, Work>>,
  open: (places: Places, work: Work) => Promise<readonly Benchmark[]>,
): Plan => ({ open: (places, size) => open(places, sizes[size]) });
