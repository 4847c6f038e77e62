/** One way to do the work of a benchmark. */
export interface Candidate {
  /** The heading of its column. */
  readonly name: string;
  /** Does all the work once. It calls `measure` around the work itself, so that the preparation is not measured. */
  run(measure: Measure): Promise<void>;
}

/**
 * Measures the work. Where a run measures several times, the last one counts.
 * @param pids of the processes whose CPU and memory count, by their names in the report. They live until the work ends
 */
export type Measure = (
  pids: Readonly<Record<string, number>>,
  work: () => Promise<Observed | void>,
) => Promise<void>;

/** What the work itself observed. */
export interface Observed {
  /** How long it took, where it began later than `measure`. */
  readonly seconds?: number;
  /** How many units it did, where the run itself decides. */
  readonly count?: number;
  /** How long each single step took. The report shows p50, p90, p99 and max. */
  readonly latenciesMs?: readonly number[];
  readonly figures?: readonly NamedFigure[];
  /** The CPU of processes that began and ended within the work, in seconds by their names. */
  readonly cpuSeconds?: Readonly<Record<string, number>>;
}

/** A further figure: `parts at the end`. */
export interface NamedFigure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly better: Better;
}

export type Better = 'more' | 'less';

/** Compares our way with named alternatives, each of which does the same work on the same servers. */
export interface Benchmark {
  readonly name: string;
  /** What a run works on, for the report: `500,000 calls in 8 partitions`. */
  readonly work: string;
  /** The unit that is counted, and how many of them a run does unless it says otherwise. */
  readonly unit: string;
  readonly count: number;
  /** The report shows CPU for so many units. */
  readonly cpuPer: number;
  readonly rounds: number;
  /** The work arrives at a given pace, so units a second say nothing: the report leaves them out. */
  readonly isPaced?: boolean;
  readonly ours: Candidate;
  /** May be empty: then the figures stand alone. */
  readonly others: readonly Candidate[];
  readonly targets?: readonly Target[];
  /** Closes the connections, and drops what no other benchmark reads: its merges would count for later ones. */
  close(): Promise<void>;
}

/** What a figure has to reach. */
export interface Target {
  /**
   * `speed`, `cpu` (of all processes in total), `cpu of NAME`, `memory of NAME`, `p50`, `p90`, `p99`, `max`, or the name
   * of a further figure.
   */
  readonly figure: string;
  /** The name of an alternative: the limits are then how many times better ours is. Without it, they limit our own figure. */
  readonly against?: string;
  readonly atLeast?: number;
  readonly aim?: number;
}

/** The figures of one run. */
export interface Measured {
  readonly seconds: number;
  readonly count: number;
  readonly cpuSeconds: ReadonlyMap<string, number>;
  /** The most resident memory during the work, in MiB. */
  readonly peakMiB: ReadonlyMap<string, number>;
  readonly latenciesMs: readonly number[];
  readonly figures: readonly NamedFigure[];
}

export interface Round {
  readonly ours: Measured;
  /** In the order of the benchmark's alternatives. */
  readonly others: readonly Measured[];
}
