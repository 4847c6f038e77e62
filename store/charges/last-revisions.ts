import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Revision } from '../../domain/closing/next-revision.ts';

export const RevisionRow = Type.Object({
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

const ORGS_AT_ONCE = 500;

export const revisionKey = (orgId: string, product: string, date: string): string =>
  JSON.stringify([orgId, product, date]);

/**
 * The last landed revision of every closed day of these orgs in [fromDate, toDate], by revisionKey.
 * The first record of a revision in log order is that revision: FINAL keeps it.
 */
export async function readLastRevisions(
  client: ClickHouseClient,
  orgIds: readonly string[],
  fromDate: string,
  toDate: string,
): Promise<Map<string, Revision>> {
  const last = new Map<string, Revision>();
  for (let start = 0; start < orgIds.length; start += ORGS_AT_ONCE) {
    const rows = await select(
      client,
      RevisionRow,
      `SELECT org_id, product, toString(day) AS day, revision, calls, used, included, additional_limit,
         billed_credits, toString(amount) AS amount
       FROM daily_charges FINAL
       WHERE org_id IN {orgs:Array(String)}
         AND daily_charges.day >= toDate32({from:String}) AND daily_charges.day <= toDate32({to:String})
       ORDER BY org_id, product, daily_charges.day, revision DESC
       LIMIT 1 BY org_id, product, daily_charges.day`,
      { orgs: orgIds.slice(start, start + ORGS_AT_ONCE), from: fromDate, to: toDate },
    );
    for (const row of rows) last.set(revisionKey(row.org_id, row.product, row.day), row);
  }
  return last;
}
