import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Gate } from '../../producers/gate/contract.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { until } from '../until.ts';

/** The local stack's sample terms: 5,000 included and 10,000 additional credits. */
export const TOTAL = 15_000;
export const COST = 500;
/** With several organisations at once on a busy machine. */
const SPENT_WITHIN_MS = 200_000;

export const callOf = (org_id: string, credits = COST, user_id = 'ann') => ({
  org_id,
  product: 'crm',
  user_id,
  app_id: 'sync',
  credits,
});
export const eventOf = (org_id: string, credits: number, occurred_at?: number, user_id?: string) => ({
  ...callOf(org_id, credits, user_id),
  method: 'GET',
  endpoint: '/leads',
  status: 200,
  ...(occurred_at !== undefined && { occurred_at }),
});

/** Asks, and publishes an admitted call. @returns the credits that were admitted; undefined where no gate answered */
export async function call(publisher: Publisher, gate: Gate, org: string): Promise<number | undefined> {
  const decision = await gate.admit(callOf(org));
  if (!decision.admitted) return decision.rejection.cause === 'gate unreachable' ? undefined : 0;
  await publisher.publish(eventOf(org, COST));
  decision.reservation.settle();
  return COST;
}

/**
 * Lets each server make calls until the limit has rejected some of each in turn.
 * @param onAdmitted gets the sum so far
 * @returns the admitted credits
 */
export async function spendAll(
  publisher: Publisher,
  servers: readonly Gate[],
  org: string,
  onAdmitted: (admitted: number) => void = () => undefined,
): Promise<number> {
  const deadline = performance.now() + SPENT_WITHIN_MS;
  let admitted = 0;
  await Promise.all(
    servers.map(async (server) => {
      for (let rejected = 0; rejected < 5;) {
        const credits = await call(publisher, server, org);
        admitted += credits ?? 0;
        if (credits === COST) onAdmitted(admitted);
        // Where no gate has answered in time, nothing is known.
        if (credits !== undefined) rejected = credits === 0 ? rejected + 1 : 0;
        if (credits !== COST) await sleep(100);
        if (performance.now() < deadline) continue;
        throw new Error(`${admitted} of ${TOTAL} admitted: ${JSON.stringify(server.counters())}`);
      }
    }),
  );
  return admitted;
}

/** What other servers had leased and then gave back. @returns the admitted credits, with those before */
export async function spendRest(
  publisher: Publisher,
  server: Gate,
  org: string,
  before: number,
): Promise<number> {
  let admitted = before;
  await until('every credit is admitted', async () => {
    admitted += (await call(publisher, server, org)) ?? 0;
    return admitted >= TOTAL;
  });
  return admitted;
}

/** Lets a server make calls until the limit rejects one. @returns the credits that were admitted before */
export async function admittedUntilRejected(
  publisher: Publisher,
  server: Gate,
  org: string,
): Promise<number> {
  let admitted = 0;
  await until('a gate rejects', async () => {
    const credits = await call(publisher, server, org);
    admitted += credits ?? 0;
    return credits === 0;
  });
  return admitted;
}

/** The credits of an organisation's calls that have landed. */
export async function landedCredits(client: ClickHouseClient, org: string): Promise<number> {
  const [row] = await select(
    client,
    Type.Object({ credits: Type.Integer() }),
    'SELECT sum(credits) AS credits FROM call_events FINAL WHERE org_id = {org:String}',
    { org },
  );
  return row?.credits ?? 0;
}
