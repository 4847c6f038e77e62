import { keyOf, WHOLE, type LimitName } from '../domain/gate/scopes.ts';
import type { GateTerms } from '../domain/gate/terms.ts';
import { Limit, type LimitSources } from './limit.ts';
import type { CappedSpending } from './spending.ts';
import { callsOf } from './used.ts';

/** The limits of one subscription: its own, its budgets, and those that no longer apply but have leases. */
export class Limits {
  readonly #orgId: string;
  readonly #product: string;
  readonly #sources: LimitSources;
  readonly #limits = new Map<string, Limit>();

  constructor(orgId: string, product: string, sources: LimitSources) {
    this.#orgId = orgId;
    this.#product = product;
    this.#sources = sources;
  }

  all(): Iterable<Limit> {
    return this.#limits.values();
  }

  known(name: LimitName): Limit | undefined {
    return this.#limits.get(keyOf(name));
  }

  /** Makes it where it is not known: it grants nothing before it has terms and a reading. */
  of({ scope, name }: LimitName): Limit {
    const limit = { scope, name };
    const known = this.known(limit);
    if (known) return known;
    const made = new Limit(limit, callsOf(this.#orgId, this.#product, limit, []), this.#sources);
    this.#limits.set(keyOf(limit), made);
    return made;
  }

  /** @returns the limits that apply from now on; the others grant nothing more */
  apply({ total, budgets }: GateTerms, capped: CappedSpending | undefined): readonly Limit[] {
    const whole = this.of(WHOLE);
    whole.ledger.limit(total);
    whole.cap(capped);
    const applying = [whole];
    for (const budget of budgets) {
      const limit = this.of(budget);
      limit.count(callsOf(this.#orgId, this.#product, budget, budget.users));
      limit.ledger.limit(Math.min(budget.credits, total));
      applying.push(limit);
    }
    for (const limit of this.all()) if (!applying.includes(limit)) limit.ledger.limit(0);
    return applying;
  }
}
