import { HOUR_MS, MINUTE_MS } from '../../schemas/time-units.ts';
import { randomOf } from '../random.ts';
import {
  BROKERS,
  GUARDS,
  LINKS,
  PIPELINE,
  PROCESSES,
  SHARDS,
  type API_SERVERS,
  type Fault,
  type Victim,
} from './fault.ts';
import { killsWhileDelivering, killsWhileFailing, REDELIVERED_UNTIL } from './aimed-kills.ts';
import { LINK_FAULTS } from './network.ts';
import { LONG_RUN_S, outagesOf } from './outages.ts';
import { SHARD_FAULTS } from './shard-faults.ts';

/** How often each is drawn. */
const KINDS = ['kill', 'kill', 'kill', 'freeze', 'freeze', 'join', 'redeliver', 'rival', 'widen'] as const;

const GUARD_KINDS = ['kill', 'kill', 'freeze', 'jump', 'rival'] as const;

/** Which process runs once more, and what is widened. */
const DOUBLED: { readonly [kind: string]: Victim } = {
  join: 'consumer',
  redeliver: 'consumer',
  rival: 'aggregator',
  widen: 'topic',
};

const TWO_AT_ONCE = 0.25;
const BROKER_FROZEN = 0.25;
const BROKER_FULL = 0.15;
const PUBLISHER_FROZEN = 0.25;
const MEAN_GAP_MS = 2_500;
const MAX_DURATION_MS = 9_000;
/** The pause before a process is hit again: the stack gives up on one that keeps exiting. */
const RECOVERY_MS = 4_000;

type Random = () => number;
const pick = <T>(random: Random, items: readonly [T, ...T[]]): T =>
  items[Math.floor(random() * items.length)] ?? items[0];
const duration = (random: Random): number => Math.round(500 + (MAX_DURATION_MS - 500) * random());

/** The faults of a run, in order. The same seed and length give the same faults. */
export function planFaults(seed: number, seconds: number): Fault[] {
  const random = randomOf(seed);
  const endMs = seconds * 1_000;
  const outages = seconds >= LONG_RUN_S ? outagesOf(endMs) : [];
  return [
    ...outages,
    ...processFaults(random, endMs).filter((fault) => !outages.some((outage) => overlap(outage, fault))),
    ...brokerFaults(random, endMs),
    ...apiServerFaults(random, endMs, 'publisher'),
    ...linkFaults(random, endMs),
    ...shardFaults(random, endMs),
    ...clockFaults(random, endMs),
    ...killsWhileFailing(random, endMs),
    ...guardFaults(random, endMs),
    ...apiServerFaults(random, endMs, 'gated publisher'),
    ...killsWhileDelivering(endMs),
  ].toSorted((a, b) => a.atMs - b.atMs);
}

/** Whether they hit one process within the time that it needs to recover. */
const overlap = (a: Fault, b: Fault): boolean =>
  a.victim === b.victim && a.atMs < b.atMs + b.forMs + RECOVERY_MS && b.atMs < a.atMs + a.forMs + RECOVERY_MS;

function processFaults(random: Random, endMs: number): Fault[] {
  const freeAt = new Map<Victim, number>();
  const faults: Fault[] = [];
  for (let atMs = MEAN_GAP_MS; ;) {
    atMs += Math.round(2 * MEAN_GAP_MS * random());
    if (atMs >= endMs) return faults;
    const drawn = pick(random, KINDS);
    // What is delivered again at the end would make good what was lost before.
    const kind = drawn === 'redeliver' && atMs > endMs * REDELIVERED_UNTIL ? 'join' : drawn;
    const forMs = kind === 'kill' || kind === 'widen' ? 0 : duration(random);
    const victim = DOUBLED[kind] ?? pick(random, PROCESSES);
    if (atMs < (freeAt.get(victim) ?? 0)) continue;
    faults.push({ kind, atMs, forMs, victim });
    freeAt.set(victim, atMs + forMs + RECOVERY_MS);
  }
}

/** Each broker in its turn, sometimes two at once, all the time; one at most has a full file system. */
function brokerFaults(random: Random, endMs: number): Fault[] {
  let turn = Math.floor(BROKERS * random());
  return oneAfterAnother(random, endMs, (forMs) => {
    const kind = brokerFaultOf(random());
    const isAlone = random() >= TWO_AT_ONCE || kind === 'full-broker';
    const hit = isAlone ? [turn] : [turn, turn + 1];
    const brokers = hit.map((broker) => broker % BROKERS);
    turn += brokers.length;
    return { kind, forMs, victim: 'kafka', brokers };
  });
}

function brokerFaultOf(drawn: number): Fault['kind'] {
  if (drawn < BROKER_FROZEN) return 'freeze';
  return drawn < BROKER_FROZEN + BROKER_FULL ? 'full-broker' : 'kill';
}

function apiServerFaults(random: Random, endMs: number, victim: (typeof API_SERVERS)[number]): Fault[] {
  return oneAfterAnother(random, endMs, (forMs) => {
    const kind = random() < PUBLISHER_FROZEN ? 'freeze' : 'kill';
    return { kind, forMs: kind === 'kill' ? 0 : forMs, victim };
  });
}

function linkFaults(random: Random, endMs: number): Fault[] {
  return oneAfterAnother(random, endMs, (forMs) => ({
    kind: pick(random, LINK_FAULTS),
    forMs,
    victim: pick(random, LINKS),
  }));
}

function shardFaults(random: Random, endMs: number): Fault[] {
  return oneAfterAnother(random, endMs, (forMs) => ({
    kind: pick(random, SHARD_FAULTS),
    forMs,
    victim: pick(random, SHARDS),
  }));
}

function clockFaults(random: Random, endMs: number): Fault[] {
  return oneAfterAnother(random, endMs, (forMs) => {
    const victim = pick(random, PIPELINE);
    // An API far ahead would reject every token as expired.
    const farthestMs = victim.startsWith('api') ? 4 * MINUTE_MS : HOUR_MS;
    return { kind: 'jump', forMs, victim, aheadMs: Math.round(farthestMs * (2 * random() - 1)) };
  });
}

/** Gates and alerts, whose clocks jump like those of the others. */
function guardFaults(random: Random, endMs: number): Fault[] {
  return oneAfterAnother(random, endMs, (forMs) => {
    const victim = pick(random, GUARDS);
    const drawn = pick(random, GUARD_KINDS);
    const kind = drawn === 'rival' && victim !== 'alerts' ? 'kill' : drawn;
    const aheadMs = Math.round(HOUR_MS * (2 * random() - 1));
    if (kind === 'jump') return { kind, forMs, victim, aheadMs };
    return { kind, forMs: kind === 'kill' ? 0 : forMs, victim };
  });
}

/** Faults each of which begins some seconds after the one before is over. */
function oneAfterAnother(
  random: Random,
  endMs: number,
  next: (forMs: number) => Omit<Fault, 'atMs'>,
): Fault[] {
  const faults: Fault[] = [];
  for (let atMs = MEAN_GAP_MS; ;) {
    atMs += Math.round(2 * MEAN_GAP_MS * random());
    if (atMs >= endMs) return faults;
    const fault = next(duration(random));
    faults.push({ ...fault, atMs });
    atMs += fault.forMs + RECOVERY_MS;
  }
}
