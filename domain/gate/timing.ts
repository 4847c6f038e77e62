import { DAY_MS, MINUTE_MS } from '../../schemas/time-units.ts';

/** The instants and durations that the gate's exactness rests on (ledger.ts). Milliseconds. */
export interface GateTiming {
  /** How long a holder may admit calls after it sent the request whose answer it has, by its own monotonic clock. */
  readonly leaseMs: number;
  /**
   * How far the clocks of two machines may be apart. The rolling window is read that much longer, so that a call that
   * still counts by the clock of an API server is never left out by the gate's.
   */
  readonly clockDifferenceMs: number;
  /** The longest time from admitting a call to the end of its answer, on a server that the gate cannot reach. */
  readonly longestCallMs: number;
}

export const GATE_TIMING: GateTiming = {
  leaseMs: 10_000,
  clockDifferenceMs: 1_000,
  longestCallMs: 15 * MINUTE_MS,
};

/**
 * How long after its end a lease that its holder has not settled counts: then the last call that it may have admitted
 * has left the rolling 24 hours, whether it was published at once, hours later from a spool, or never. So no bound on
 * publishing is assumed.
 */
export const heldAfterEndMs = ({ clockDifferenceMs, longestCallMs }: GateTiming): number =>
  DAY_MS + longestCallMs + clockDifferenceMs;
