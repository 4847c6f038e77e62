import { HOUR_MS } from '../../schemas/time-units.ts';
import type { RollupPlan } from './rollup-plan.ts';

/** Hashes of the invalidations of hours, by their starts. */
export type Invalidations = ReadonlyMap<number, string>;

interface KnownHour {
  readonly invalidations: string;
  readonly credits: number;
  readonly at: number;
}

/** D: two days of four products. */
const MAX_HOURS = 200;

/**
 * The credits of an organisation's invalidated hours, as they were counted from the events. A giant's hour is counted
 * once and not at every look until it is sealed again.
 *
 * Of a sealed hour, whatever lands invalidates it once more. A count that began after some invalidations were read has
 * their events (Basis.invalidations). It is right as long as the hour has no others.
 */
export class KnownHours {
  readonly #hours = new Map<string, KnownHour>();
  readonly #forMs: number;
  readonly #uptime: () => number;

  /** @param forMs much less than the day for which invalidations are kept @param uptime of a clock that only goes forward */
  constructor(forMs: number, uptime: () => number) {
    this.#forMs = forMs;
    this.#uptime = uptime;
  }

  /** Undefined where these invalidations, or others, were not counted lately. */
  creditsOf(product: string, hour: number, invalidations: string): number | undefined {
    const known = this.#hours.get(keyOf(product, hour));
    if (known?.invalidations !== invalidations) return undefined;
    return this.#uptime() - known.at < this.#forMs ? known.credits : undefined;
  }

  /** @param invalidations read before the count began */
  keep(product: string, hour: number, invalidations: string, credits: number): void {
    const key = keyOf(product, hour);
    const [oldest] = this.#hours.keys();
    if (oldest !== undefined && this.#hours.size >= MAX_HOURS && !this.#hours.has(key))
      this.#hours.delete(oldest);
    this.#hours.set(key, { invalidations, credits, at: this.#uptime() });
  }
}

const keyOf = (product: string, hour: number): string => `${hour} ${product}`;

/**
 * The invalidated hours that each of the plans reads as a whole or not at all.
 * @param until hours before this instant are sealed, epoch milliseconds
 */
export function wholeHours(plans: readonly RollupPlan[], until: number): number[] {
  const hours = new Set(plans.flatMap(({ invalidatedHours }) => invalidatedHours));
  return [...hours].filter(
    (hour) =>
      hour + HOUR_MS <= until &&
      plans.every(
        ({ from, to }) => hour + HOUR_MS <= from || hour >= to || (from <= hour && hour + HOUR_MS <= to),
      ),
  );
}
