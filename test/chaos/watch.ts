import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import type { Ledger } from './ledger.ts';
import { ORGS } from './traffic.ts';

/** An answer of /v1/orgs/:org/credits. */
export const Credits = Type.Object({
  as_of: Type.String(),
  lag_seconds: Type.Number(),
  used: Type.Integer(),
});
const PAUSE_MS = 200;
/**
 * Recorded progress counts as current for 10 s (domain.md, Windows), so a figure may lag by as much without stating
 * it. It is also read a moment after the instant it is for.
 */
const UNREPORTED_LAG_MS = 12_000;

export interface Watched {
  readonly answers: number;
  /** Requests without an answer, or with one that reports an outage. */
  readonly failures: number;
  /** Answers that cannot be right, a line each. */
  readonly wrong: readonly string[];
}

/** GET as an organisation's admin. @returns undefined where the API does not answer 200 in time */
export type Get = (path: string, org: string) => Promise<unknown>;

/**
 * Requests the current usage until `over` aborts. Whatever has failed, a figure is exact or states its lag: it never
 * counts a call twice, and it includes every call acknowledged before its watermark.
 */
export async function watchCurrentUsage(ledger: Ledger, get: Get, over: AbortSignal): Promise<Watched> {
  const { check } = compiled(Credits);
  const wrong: string[] = [];
  let [answers, failures] = [0, 0];
  for (let turn = 0; !over.aborted; turn += 1) {
    const org = ORGS[turn % ORGS.length] ?? '';
    const answer = await get(`/v1/orgs/${org}/credits`, org);
    if (answer === undefined) {
      failures += 1;
    } else if (check(answer)) {
      answers += 1;
      const asOf = Date.parse(answer.as_of);
      const watermark = asOf - answer.lag_seconds * 1_000 - UNREPORTED_LAG_MS;
      const { least, most } = ledger.bounds(org, asOf, watermark);
      if (answer.used < least || answer.used > most) {
        wrong.push(`${org} at ${answer.as_of}: used ${answer.used}, must be ${least} to ${most}`);
      }
    } else {
      wrong.push(`${org}: unexpected answer: ${JSON.stringify(answer)}`);
    }
    await sleep(PAUSE_MS);
  }
  return { answers, failures, wrong };
}
