import { MINUTE_MS } from '../../schemas/time-units.ts';
import { SHARDS, type Fault } from './fault.ts';

/** Of the run: after it nothing is delivered again any more. */
export const REDELIVERED_UNTIL = 0.3;
const EVERY_MS = MINUTE_MS;

/** Once a minute, and only when nothing is delivered again any more that would make good what they lose. */
export function killsWhileFailing(random: () => number, endMs: number): Fault[] {
  const firstMs = endMs * (REDELIVERED_UNTIL + 0.2 * random());
  const count = Math.ceil((endMs - firstMs) / EVERY_MS);
  return Array.from({ length: count }, (_, index) => ({
    kind: 'kill-while-failing',
    atMs: Math.round(firstMs + index * EVERY_MS),
    forMs: 0,
    victim: SHARDS[1],
  }));
}

/** Once a minute, too: each waits until there is a delivery to hit. */
export function killsWhileDelivering(endMs: number): Fault[] {
  const count = Math.ceil(endMs / EVERY_MS);
  return Array.from({ length: count }, (_, index) => ({
    kind: 'kill-while-delivering',
    atMs: Math.round((0.1 + index) * EVERY_MS),
    forMs: 0,
    victim: 'alerts',
  }));
}
