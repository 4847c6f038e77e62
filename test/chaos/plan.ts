import { randomOf } from '../random.ts';

/** Processes that the stack starts. */
const PROCESSES = ['consumer', 'aggregator', 'api', 'clickhouse'] as const;
export const VICTIMS = [...PROCESSES, 'kafka'] as const;
export type Victim = (typeof VICTIMS)[number];

/**
 * kill: kill -9; the stack starts it again. freeze: held for a while, then it goes on as if nothing had been, like a
 * network that was away. join: another consumer joins the group, and is killed. redeliver: a consumer of a fresh group
 * gets everything again from the first offset, and is killed. rival: another aggregator seals and closes beside the
 * first, and is killed.
 */
const KINDS = ['kill', 'kill', 'kill', 'freeze', 'freeze', 'join', 'redeliver', 'rival'] as const;

/** Which process is there twice. */
const TWICE: { readonly [kind: string]: Victim } = {
  join: 'consumer',
  redeliver: 'consumer',
  rival: 'aggregator',
};

export interface Fault {
  readonly kind: (typeof KINDS)[number];
  /** After the run's begin. */
  readonly atMs: number;
  /** How long it lasts. A process that is killed is started again at once, a broker after so long. */
  readonly forMs: number;
  readonly victim: Victim;
  /** Which brokers, from 0, where these are the victim: each in its turn, at times two at once. */
  readonly brokers?: readonly number[];
}

export const BROKERS = 3;
const TWO_AT_ONCE = 0.25;
const BROKER_FROZEN = 0.25;
const MEAN_GAP_MS = 2_500;
const LONGEST_MS = 9_000;
/** A process that has just been hit is left alone for so long: the stack gives up on one that keeps dying at once. */
const RECOVERY_MS = 4_000;

type Random = () => number;
const pick = <T>(random: Random, items: readonly [T, ...T[]]): T =>
  items[Math.floor(random() * items.length)] ?? items[0];
const duration = (random: Random): number => Math.round(500 + (LONGEST_MS - 500) * random());

/** The faults of a run, in their order. The same seed and length give the same ones. */
export function planFaults(seed: number, seconds: number): Fault[] {
  const random = randomOf(seed);
  const endMs = seconds * 1_000;
  return [...processFaults(random, endMs), ...brokerFaults(random, endMs)].toSorted(
    (a, b) => a.atMs - b.atMs,
  );
}

function processFaults(random: Random, endMs: number): Fault[] {
  const freeAt = new Map<Victim, number>();
  const faults: Fault[] = [];
  for (let atMs = MEAN_GAP_MS; ;) {
    atMs += Math.round(2 * MEAN_GAP_MS * random());
    if (atMs >= endMs) return faults;
    const kind = pick(random, KINDS);
    const forMs = kind === 'kill' ? 0 : duration(random);
    const victim = TWICE[kind] ?? pick(random, PROCESSES);
    if (atMs < (freeAt.get(victim) ?? 0)) continue;
    faults.push({ kind, atMs, forMs, victim });
    freeAt.set(victim, atMs + forMs + RECOVERY_MS);
  }
}

/** One after the other all the while, for they take longest to recover. */
function brokerFaults(random: Random, endMs: number): Fault[] {
  const faults: Fault[] = [];
  let turn = Math.floor(BROKERS * random());
  for (let atMs = MEAN_GAP_MS; ;) {
    atMs += Math.round(2 * MEAN_GAP_MS * random());
    if (atMs >= endMs) return faults;
    const kind = random() < BROKER_FROZEN ? 'freeze' : 'kill';
    const forMs = duration(random);
    const hit = random() < TWO_AT_ONCE ? [turn, turn + 1] : [turn];
    const brokers = hit.map((broker) => broker % BROKERS);
    faults.push({ kind, atMs, forMs, victim: 'kafka', brokers });
    turn += brokers.length;
    atMs += forMs + RECOVERY_MS;
  }
}
