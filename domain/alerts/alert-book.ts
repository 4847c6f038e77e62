import { keyTextOf, type AlertFacts, type AlertKey } from './alert.ts';

/** An alert that is raised and not resolved yet. */
export interface OpenAlert {
  readonly key: AlertKey;
  readonly number: number;
  readonly facts: AlertFacts;
}

/** A decision of the log, in its order. */
export interface LoggedDecision extends OpenAlert {
  readonly phase: 'raised' | 'resolved';
}

interface Entry {
  readonly number: number;
  readonly open: OpenAlert | undefined;
}

/**
 * Which alerts are open: a fold over the decisions of the log in their order. An alert is raised under the number after
 * the last one, and only while none is open; it is resolved under its own. Every other record repeats a decision, or
 * was decided by figures that another process has dealt with already: it changes nothing. So any number of processes
 * may decide at once, and each crossing is one alert.
 */
export class AlertBook {
  readonly #entries = new Map<string, Entry>();
  /** The open ones by organisation and product. */
  readonly #open = new Map<string, Map<string, OpenAlert>>();

  /** @returns whether the decision counts */
  apply({ phase, key, number, facts }: LoggedDecision): boolean {
    const text = keyTextOf(key);
    const entry = this.#entries.get(text);
    if (phase === 'raised') {
      if (entry?.open !== undefined || number !== (entry?.number ?? 0) + 1) return false;
      this.#set(text, key, { number, open: { key, number, facts } });
      return true;
    }
    if (entry?.open?.number !== number) return false;
    this.#set(text, key, { number, open: undefined });
    return true;
  }

  /** Takes over what was folded before: the last number of a key, and its alert where it is open. */
  restore(key: AlertKey, number: number, open: AlertFacts | undefined): void {
    this.#set(keyTextOf(key), key, { number, open: open && { key, number, facts: open } });
  }

  /** The number under which the key is raised next. */
  nextNumber(key: AlertKey): number {
    return (this.#entries.get(keyTextOf(key))?.number ?? 0) + 1;
  }

  /** The open alerts of a subscription, or of an organisation as a whole (''). */
  openOf(orgId: string, product: string): OpenAlert[] {
    return [...(this.#open.get(scopeOf(orgId, product))?.values() ?? [])];
  }

  /** The subscriptions with open alerts. */
  openScopes(): { readonly orgId: string; readonly product: string }[] {
    return [...this.#open.values()].flatMap((alerts) => {
      const [first] = alerts.values();
      return first === undefined ? [] : [{ orgId: first.key.orgId, product: first.key.product }];
    });
  }

  get openCount(): number {
    return [...this.#open.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #set(text: string, { orgId, product }: AlertKey, entry: Entry): void {
    this.#entries.set(text, entry);
    const scope = scopeOf(orgId, product);
    const open = this.#open.get(scope) ?? new Map<string, OpenAlert>();
    if (entry.open) open.set(text, entry.open);
    else open.delete(text);
    if (open.size > 0) this.#open.set(scope, open);
    else this.#open.delete(scope);
  }
}

const scopeOf = (orgId: string, product: string): string => JSON.stringify([orgId, product]);
