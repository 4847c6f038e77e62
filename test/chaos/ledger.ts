import { countOf, type Counted } from '../api/traffic.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import type { CallEventInput } from '../../schemas/call-event-input.ts';

interface Entry {
  readonly org: string;
  readonly user: string;
  readonly at: number;
  credits: number;
  readonly status: number;
  /** Of another payload under the same id; the log decides which of them counts. */
  otherCredits?: number;
  acknowledgedAt: number | undefined;
}

export const keyOf = (org: string, user: string, day: string): string => JSON.stringify([org, day, user]);
const utcDate = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The independent count: every distinct call that was handed to the publisher, in plain integers. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();

  /** Adds a call before it is published. A repeated id changes nothing; it may have other credits once. */
  offered(id: string, call: CallEventInput & { readonly occurred_at: number }): void {
    const { org_id: org, user_id: user, occurred_at: at, credits, status } = call;
    const known = this.#entries.get(id);
    if (known) {
      if (credits !== known.credits) known.otherCredits = credits;
      return;
    }
    this.#entries.set(id, { org, user, at, credits, status, acknowledgedAt: undefined });
  }

  acknowledged(id: string, now: number): void {
    const entry = this.#entries.get(id);
    if (entry) entry.acknowledgedAt ??= now;
  }

  /** Of two payloads under one id the first in the log counts. */
  decided(id: string, credits: number): void {
    const entry = this.#entries.get(id);
    if (entry?.otherCredits === undefined) return;
    entry.credits = credits;
    delete entry.otherCredits;
  }

  /** From now on every figure must count each call so far: each has been counted once. */
  shown(): void {
    for (const entry of this.#entries.values()) entry.acknowledgedAt = Number.NEGATIVE_INFINITY;
  }

  /** The ids of the calls that were reported as published. */
  acknowledgedIds(): string[] {
    return [...this.#entries]
      .filter(([, { acknowledgedAt }]) => acknowledgedAt !== undefined)
      .map(([id]) => id);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** By org, user and UTC day (keyOf), of the organisations that are wanted. */
  byUserAndDay(isWanted: (org: string) => boolean = () => true): Map<string, Counted> {
    return this.#grouped(({ org, user, at }) => (isWanted(org) ? keyOf(org, user, utcDate(at)) : undefined));
  }

  /** Credits of an org by UTC day. */
  creditsByDay(org: string): Map<string, number> {
    const days = this.#grouped((entry) => (entry.org === org ? utcDate(entry.at) : undefined));
    return new Map([...days].map(([day, { credits }]) => [day, credits]));
  }

  /** Credits of an org, of all its calls. */
  creditsOf(org: string): number {
    return [...this.creditsByDay(org).values()].reduce((sum, credits) => sum + credits, 0);
  }

  /**
   * The least and the most credits that the rolling 24 hours of an org may show at an instant.
   * @param watermark every call acknowledged before it must be counted
   */
  bounds(org: string, asOf: number, watermark: number): { readonly least: number; readonly most: number } {
    let [least, most] = [0, 0];
    for (const entry of this.#entries.values()) {
      if (entry.org !== org || entry.at < asOf - DAY_MS || entry.at >= asOf) continue;
      const { credits, otherCredits = credits, acknowledgedAt } = entry;
      most += Math.max(credits, otherCredits);
      if (acknowledgedAt !== undefined && acknowledgedAt < watermark)
        least += Math.min(credits, otherCredits);
    }
    return { least, most };
  }

  #grouped(keyOfEntry: (entry: Entry) => string | undefined): Map<string, Counted> {
    const groups = new Map<string, Entry[]>();
    for (const entry of this.#entries.values()) {
      const key = keyOfEntry(entry);
      if (key === undefined) continue;
      const group = groups.get(key);
      if (group) group.push(entry);
      else groups.set(key, [entry]);
    }
    return new Map([...groups].map(([key, group]) => [key, countOf(group)]));
  }
}
