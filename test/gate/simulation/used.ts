import { DAY_MS } from '../../../schemas/time-units.ts';

/** Credits by the instant at which they were used, with their sum over a rolling 24 hours. */
export class RollingUse {
  readonly #entries: { readonly at: number; readonly credits: number }[] = [];
  #first = 0;
  #sum = 0;

  /** @param at not before that of the entry before */
  add(at: number, credits: number): void {
    this.#entries.push({ at, credits });
    this.#sum += credits;
  }

  /** The credits used from `now` - 24 h - `longer` on. */
  used(now: number, longer = 0): number {
    const from = now - DAY_MS - longer;
    for (let oldest = this.#entries[this.#first]; oldest && oldest.at < from;) {
      this.#sum -= oldest.credits;
      this.#first += 1;
      oldest = this.#entries[this.#first];
    }
    return this.#sum;
  }
}
