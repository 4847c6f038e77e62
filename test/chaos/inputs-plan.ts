import { randomOf } from '../random.ts';
import type { PlannedLimit } from './limit-changes.ts';
import { POISON } from './poison.ts';
import { OPEN } from './limits/gated-orgs.ts';
import { ORGS } from './traffic.ts';

/** abandon: its publisher is gone in the middle, and the broker aborts the transaction after its timeout. */
const ENDS = ['commit', 'abort', 'abandon'] as const;

/** A transaction that publishes calls of several organisations, that is to several partitions. */
export interface PlannedTransaction {
  /** Transactions of one publisher follow each other, those of several overlap. */
  readonly publisher: number;
  readonly atMs: number;
  readonly calls: number;
  /** The pause after each organisation's calls. */
  readonly holdMs: number;
  readonly end: (typeof ENDS)[number];
}

/** A change that breaks the rules, appended to the topic settings past the API. */
export interface PlannedPoison {
  readonly atMs: number;
  readonly org: string;
  /** Its index in POISON. */
  readonly poison: number;
}

/** Invalid records on the call topic, all at once. */
export interface PlannedWave {
  readonly atMs: number;
  /** Records that are not events. */
  readonly junk: number;
  /** Events whose time is too long ago. */
  readonly late: number;
}

export interface Inputs {
  readonly transactions: readonly PlannedTransaction[];
  readonly poison: readonly PlannedPoison[];
  /** When an organisation is created with a time zone that cannot be computed with. */
  readonly poisonedOrgAtMs: number;
  readonly waves: readonly PlannedWave[];
  /** One after the other. */
  readonly limits: readonly PlannedLimit[];
  /**
   * When thousands of junk schemas are published, when the schema of a foreign publisher, and when calls whose schema
   * arrives after them.
   */
  readonly schemas: { readonly junkAtMs: number; readonly goodAtMs: number; readonly lateAtMs: number };
}

const TRANSACTIONAL_PUBLISHERS = 3;
const MEAN_PAUSE_MS = 2_000;
const WAVE_EVERY_MS = 15_000;
/** In the first price slab, as verify.ts expects. */
const HIGHEST_LIMIT = 25_000;

/** What a run publishes besides good calls. The same seed and length give the same inputs; the shortest run has each. */
export function planInputs(seed: number, seconds: number): Inputs {
  const random = randomOf(seed + 1);
  const endMs = seconds * 1_000;
  const within = (from: number, to: number): number => Math.round(endMs * (from + (to - from) * random()));
  const between = (least: number, most: number): number => Math.floor(least + (most + 1 - least) * random());

  const transactions: PlannedTransaction[] = [];
  for (let publisher = 0; publisher < TRANSACTIONAL_PUBLISHERS; publisher += 1) {
    // The first ones end in each way, the others at random.
    let end = ENDS[(publisher + (seed % ENDS.length)) % ENDS.length];
    for (let atMs = between(0, 1_000); atMs < endMs; atMs += between(0, 2 * MEAN_PAUSE_MS)) {
      const planned = { publisher, atMs, calls: between(5, 60), holdMs: between(0, 400) };
      transactions.push({ ...planned, end: end ?? endOf(random()) });
      end = undefined;
    }
  }
  const poison = POISON.map((_, index) => ({
    atMs: within(0, 0.9),
    org: ORGS[between(0, ORGS.length - 1)] ?? '',
    poison: index,
  }));
  const waves: PlannedWave[] = [];
  for (let atMs = between(0, 1_000); atMs < endMs; atMs += between(0.7 * WAVE_EVERY_MS, 1.3 * WAVE_EVERY_MS))
    waves.push({ atMs, junk: between(200, 400), late: between(100, 300) });
  const limits: PlannedLimit[] = [];
  for (let atMs = between(0, 500); atMs < endMs; atMs += between(0, 2 * MEAN_PAUSE_MS))
    limits.push({ atMs, org: ORGS[between(3, ORGS.length - 1)] ?? '', credits: between(0, HIGHEST_LIMIT) });
  // Of an organisation whose calls ask a gate: it has used more than the lower limit by then.
  const gated = [
    { atMs: within(0.35, 0.45), org: OPEN, credits: 0 },
    { atMs: within(0.6, 0.7), org: OPEN, credits: 8_000 },
  ];
  return {
    limits: [...limits, ...gated].toSorted((a, b) => a.atMs - b.atMs),
    transactions,
    poison,
    poisonedOrgAtMs: within(0, 0.4),
    waves,
    schemas: { junkAtMs: within(0, 0.2), goodAtMs: within(0.3, 0.5), lateAtMs: within(0.2, 0.4) },
  };
}

function endOf(random: number): PlannedTransaction['end'] {
  if (random < 0.5) return 'commit';
  return random < 0.85 ? 'abort' : 'abandon';
}
