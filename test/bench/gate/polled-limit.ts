import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Stack } from '../stored/stack.ts';

const Credits = Type.Object({ used: Type.Integer(), total: Type.Integer() });
type Credits = Static<typeof Credits>;

/**
 * What peers do: an API server asks the meter over HTTP what is used, for each decision or every few seconds, and
 * compares. What it admits meanwhile, and what other servers admit, it does not know.
 */
export class PolledLimit {
  readonly #read: () => Promise<Credits>;
  readonly #cachedMs: number;
  #known: { readonly at: number; readonly answer: Promise<Credits> } | undefined;

  /** @param cachedMs how long an answer is good; 0 asks for each decision */
  private constructor(read: () => Promise<Credits>, cachedMs: number) {
    this.#read = read;
    this.#cachedMs = cachedMs;
  }

  static async open(stack: Stack, orgId: string, cachedMs: number): Promise<PolledLimit> {
    const token = await stack.tokenOf(orgId);
    const path = `/v1/orgs/${orgId}/credits?product=crm`;
    return new PolledLimit(async () => Value.Parse(Credits, await stack.read(path, token)), cachedMs);
  }

  async admits(credits: number): Promise<boolean> {
    const now = performance.now();
    if (this.#known === undefined || now - this.#known.at >= this.#cachedMs) {
      this.#known = { at: now, answer: this.#read() };
    }
    const { used, total } = await this.#known.answer;
    return used + credits <= total;
  }
}
