import { randomOf } from '../random.ts';

/** Processes of the stack. */
export const VICTIMS = ['consumer', 'aggregator', 'api', 'clickhouse', 'kafka'] as const;
export type Victim = (typeof VICTIMS)[number];

/**
 * kill: kill -9; the stack restarts the process. freeze: the process is stopped for a while and then continues, as
 * after a network outage. join: another consumer joins the group and is killed later. redeliver: a consumer of a new
 * group gets everything again from the first offset and is killed later. rival: another aggregator seals and closes
 * beside the first and is killed later.
 */
const KINDS = ['kill', 'kill', 'kill', 'freeze', 'freeze', 'join', 'redeliver', 'rival'] as const;

/** Which process runs twice. */
const DOUBLED: { readonly [kind: string]: Victim } = {
  join: 'consumer',
  redeliver: 'consumer',
  rival: 'aggregator',
};

export interface Fault {
  readonly kind: (typeof KINDS)[number];
  /** After the start of the run. */
  readonly atMs: number;
  /** How long it lasts; 0 for a kill. */
  readonly forMs: number;
  readonly victim: Victim;
}

const MEAN_GAP_MS = 2_500;
const MAX_DURATION_MS = 9_000;
/** The pause before a process is hit again: the stack gives up on one that keeps exiting. */
const RECOVERY_MS = 4_000;

/** The faults of a run, in order. The same seed and length give the same faults. */
export function planFaults(seed: number, seconds: number): Fault[] {
  const random = randomOf(seed);
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random() * items.length)] ?? items[0];
  const freeAt = new Map<Victim, number>();
  const faults: Fault[] = [];
  for (let atMs = MEAN_GAP_MS; ;) {
    atMs += Math.round(2 * MEAN_GAP_MS * random());
    if (atMs >= seconds * 1_000) return faults;
    const kind = pick(KINDS);
    const forMs = kind === 'kill' ? 0 : Math.round(500 + (MAX_DURATION_MS - 500) * random());
    const victim = DOUBLED[kind] ?? pick(VICTIMS);
    if (atMs < (freeAt.get(victim) ?? 0)) continue;
    faults.push({ kind, atMs, forMs, victim });
    freeAt.set(victim, atMs + forMs + RECOVERY_MS);
  }
}
