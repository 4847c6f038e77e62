import { randomOf } from '../random.ts';

/** Processes of the stack, and its brokers. */
export const VICTIMS = ['consumer', 'aggregator', 'api', 'clickhouse', 'kafka'] as const;
export type Victim = (typeof VICTIMS)[number];
/** Brokers take longest to recover, so they are hit as often as they can be. */
const DRAWN = [...VICTIMS, 'kafka', 'kafka'] as const;

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
const BOTH = 0.25;

const MEAN_GAP_MS = 2_500;
const LONGEST_MS = 9_000;
/** A process that has just been hit is left alone for so long: the stack gives up on one that keeps dying at once. */
const RECOVERY_MS = 4_000;

/** The faults of a run, in their order. The same seed and length give the same ones. */
export function planFaults(seed: number, seconds: number): Fault[] {
  const random = randomOf(seed);
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random() * items.length)] ?? items[0];
  const freeAt = new Map<Victim, number>();
  const faults: Fault[] = [];
  let turn = Math.floor(BROKERS * random());
  const nextBrokers = (): number[] => {
    const count = random() < BOTH ? 2 : 1;
    const brokers = [turn, turn + 1].slice(0, count).map((broker) => broker % BROKERS);
    turn += count;
    return brokers;
  };
  for (let atMs = MEAN_GAP_MS; ;) {
    atMs += Math.round(2 * MEAN_GAP_MS * random());
    if (atMs >= seconds * 1_000) return faults;
    const kind = pick(KINDS);
    const victim = TWICE[kind] ?? pick(DRAWN);
    const isInstant = kind === 'kill' && victim !== 'kafka';
    const forMs = isInstant ? 0 : Math.round(500 + (LONGEST_MS - 500) * random());
    if (atMs < (freeAt.get(victim) ?? 0)) continue;
    faults.push({ kind, atMs, forMs, victim, ...(victim === 'kafka' && { brokers: nextBrokers() }) });
    freeAt.set(victim, atMs + forMs + RECOVERY_MS);
  }
}
