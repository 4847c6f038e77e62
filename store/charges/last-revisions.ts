import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { threadsFor } from './batch-threads.ts';
import type { Revision } from '../../domain/closing/next-revision.ts';

const RevisionRow = Type.Object({
  org_id: Type.String(),
  product: Type.String(),
  day: Type.String(),
  revision: Type.Integer(),
  calls: Type.Integer(),
  used: Type.Integer(),
  included: Type.Integer(),
  additional_limit: Type.Integer(),
  billed_credits: Type.Integer(),
  amount: Type.String(),
});

/** Organisations in one statement: they are query parameters, which travel in the request's URL. */
const ORGS_PER_QUERY = 500;

/** The key of a day in the result of readLastRevisions. */
export const revisionKey = (orgId: string, product: string, date: string): string =>
  JSON.stringify([orgId, product, date]);

/**
 * The last landed revision of every closed day of these organisations from fromDate to toDate, both inclusive, by
 * revisionKey. FINAL keeps the first record of each revision in log order, which is the one that counts.
 */
export async function readLastRevisions(
  client: ClickHouseClient,
  orgIds: readonly string[],
  fromDate: string,
  toDate: string,
): Promise<Map<string, Revision>> {
  const last = new Map<string, Revision>();
  for (let start = 0; start < orgIds.length; start += ORGS_PER_QUERY) {
    const rows = await select(
      client,
      RevisionRow,
      `SELECT org_id, product, toString(day) AS day, revision, calls, used, included, additional_limit,
         billed_credits, toString(amount) AS amount
       FROM daily_charges FINAL
       WHERE org_id IN {orgs:Array(String)}
         AND daily_charges.day >= toDate32({from:String}) AND daily_charges.day <= toDate32({to:String})
       ORDER BY org_id, product, daily_charges.day, revision DESC
       LIMIT 1 BY org_id, product, daily_charges.day ${threadsFor(orgIds)}`,
      { orgs: orgIds.slice(start, start + ORGS_PER_QUERY), from: fromDate, to: toDate },
    );
    for (const row of rows) last.set(revisionKey(row.org_id, row.product, row.day), row);
  }
  return last;
}
