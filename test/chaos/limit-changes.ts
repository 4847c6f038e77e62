import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { DAY_MS } from '../../schemas/time-units.ts';

/** A change of an organisation's additional limit by its super admin. */
export interface PlannedLimit {
  readonly atMs: number;
  readonly org: string;
  readonly credits: number;
}

/** PUT as the super admin of an organisation. @throws where the API does not answer that the change is recorded */
export type Put = (path: string, org: string, body: object, key: string) => Promise<unknown>;

/** The local stack's subscription (interfaces.md). */
export const FIRST_LIMIT = 10_000;
const Changed = Type.Object({ credits: Type.Integer(), effective_at: Type.String() });
const PAUSE_MS = 200;
/** Everything may be away again and again, until the last fault of a long run. */
const MADE_WITHIN_MS = 900_000;

interface Change {
  /** The Idempotency-Key, and the reason. */
  readonly key: string;
  readonly at: number;
  readonly credits: number;
  /** It took effect between the first request and the answer to the last one, or when it says, if that is later. */
  readonly requestedAt: number;
  readonly answeredAt: number;
}

/** Changes limits while everything fails, each once, and keeps which limit was in effect when. */
export class LimitChanges {
  readonly #changes = new Map<string, Change[]>();

  /** Repeats a change under one key until the API answers that it is recorded. @throws the last error after 15 minutes */
  async make({ org, credits }: PlannedLimit, key: string, put: Put): Promise<void> {
    const deadline = performance.now() + MADE_WITHIN_MS;
    const requestedAt = Date.now();
    for (;;) {
      try {
        const answer = await put(`/v1/orgs/${org}/additional-limit`, org, { credits, reason: key }, key);
        const { effective_at: at } = Value.Parse(Changed, answer);
        const change = { key, at: Date.parse(at), credits, requestedAt, answeredAt: Date.now() };
        this.#changes.set(org, [...this.#of(org), change]);
        return;
      } catch (error) {
        if (performance.now() > deadline)
          throw new Error(`${key} of ${org} was not recorded: ${String(error)}`, { cause: error });
      }
      await sleep(PAUSE_MS);
    }
  }

  /** The highest limit that was in effect at any instant of a UTC day. */
  ofDay(org: string, day: string): number {
    const from = Date.parse(day);
    const before = this.#of(org).findLast(({ at }) => at < from)?.credits ?? FIRST_LIMIT;
    const within = this.#of(org).filter(({ at }) => at >= from && at < from + DAY_MS);
    return Math.max(before, ...within.map(({ credits }) => credits));
  }

  /** The limit that was set last. */
  current(org: string): number {
    return this.#of(org).at(-1)?.credits ?? FIRST_LIMIT;
  }

  /**
   * The highest limit that may have been enforced at an instant.
   * @param heldMs how long after it was replaced a limit may still be enforced
   */
  highestPossible(org: string, at: number, heldMs: number): number {
    const changes = this.#of(org);
    const replaced = changes.findLastIndex((change) => Math.max(change.at, change.answeredAt) + heldMs <= at);
    const first = replaced < 0 ? FIRST_LIMIT : (changes[replaced]?.credits ?? FIRST_LIMIT);
    const later = changes.slice(replaced + 1).filter(({ requestedAt }) => requestedAt <= at);
    return Math.max(first, ...later.map(({ credits }) => credits));
  }

  /** Of the changes that were recorded. */
  keysOf(org: string): string[] {
    return this.#of(org).map(({ key }) => key);
  }

  #of(org: string): readonly Change[] {
    return this.#changes.get(org) ?? [];
  }
}
