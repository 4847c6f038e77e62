import { SECOND_MS } from '../../schemas/time-units.ts';
import type { Fault } from './fault.ts';

/** The length by which such a run plans its inputs. It publishes until the last failure is over. */
export const GUARDS_PLAN_S = 30;

/**
 * The failures that a gate, a decider or a deliverer with a mistake does not survive (RELIABILITY.md). Nothing lands
 * until both gates have been killed and grant again, so meanwhile only the log of leases knows what was spent; and the
 * process of alerts is killed while it waits for the answer to a delivery.
 */
export const GUARDS_PLAN: readonly Fault[] = [
  { kind: 'freeze', atMs: 0, forMs: 35 * SECOND_MS, victim: 'consumer' },
  { kind: 'freeze', atMs: 0, forMs: 35 * SECOND_MS, victim: 'consumer-2' },
  { kind: 'kill-while-delivering', atMs: 4 * SECOND_MS, forMs: 0, victim: 'alerts' },
  { kind: 'kill', atMs: 10 * SECOND_MS, forMs: 0, victim: 'gate' },
  { kind: 'kill', atMs: 10 * SECOND_MS, forMs: 0, victim: 'gate-2' },
  { kind: 'kill', atMs: 30 * SECOND_MS, forMs: 0, victim: 'gated publisher' },
  { kind: 'kill-while-delivering', atMs: 40 * SECOND_MS, forMs: 0, victim: 'alerts' },
];
