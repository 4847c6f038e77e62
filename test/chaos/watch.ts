import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import type { Ledger } from './ledger.ts';
import { ORGS } from './traffic.ts';

const Credits = Type.Object({ as_of: Type.String(), lag_seconds: Type.Number(), used: Type.Integer() });
const PAUSE_MS = 200;
/**
 * Progress counts as now for 10 s after it was recorded (domain.md, Landed until), so a figure may be late by as much
 * without saying so; and it is read a moment after the instant it is for.
 */
const UNTOLD_MS = 12_000;

export interface Watched {
  readonly answers: number;
  /** No answer, or one that says that a part is away. */
  readonly failures: number;
  /** Answers that cannot be true. */
  readonly wrong: readonly string[];
}

/** GET of the API as an organisation's admin; undefined where it does not answer 200 in time. */
export type Get = (path: string, org: string) => Promise<unknown>;

/**
 * Asks for gauges all the while: whatever has failed, a figure is exact or says how late it is. It never counts a
 * call twice, and it has every call that was acknowledged before its landed-until.
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
      const watermark = asOf - answer.lag_seconds * 1_000 - UNTOLD_MS;
      const { least, most } = ledger.bounds(org, asOf, watermark);
      if (answer.used < least || answer.used > most) {
        wrong.push(`${org} at ${answer.as_of}: used ${answer.used}, must be ${least} to ${most}`);
      }
    } else {
      wrong.push(`${org}: an answer of another shape: ${JSON.stringify(answer)}`);
    }
    await sleep(PAUSE_MS);
  }
  return { answers, failures, wrong };
}
