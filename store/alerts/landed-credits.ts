import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';

const LandedRow = Type.Object({
  at: Type.Integer(),
  org_id: Type.String(),
  product: Type.String(),
  credits: Type.Integer(),
});

/** The credits that landed in some of these seconds, by second and then by subscription. */
export async function readLanded(
  client: ClickHouseClient,
  seconds: readonly number[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, number>>> {
  const [first, last] = [Math.min(...seconds), Math.max(...seconds)];
  const rows = await select(
    client,
    LandedRow,
    `SELECT toUnixTimestamp(landed_credits.second) AS at, org_id, product, sum(landed_credits.credits) AS credits
     FROM landed_credits WHERE landed_credits.second >= ${second('first')} AND landed_credits.second <= ${second('last')}
       AND at IN {seconds:Array(UInt32)}
     GROUP BY at, org_id, product`,
    { first, last, seconds },
  );
  const landed = new Map<number, Map<string, number>>();
  for (const { at, org_id, product, credits } of rows) {
    const own = landed.get(at) ?? new Map<string, number>();
    landed.set(at, own.set(subscriptionKey(org_id, product), credits));
  }
  return landed;
}

/** A subscription as text: two with the same text are the same. */
export const subscriptionKey = (orgId: string, product: string): string => JSON.stringify([orgId, product]);

/** The subscription of a key. */
export function subscriptionOf(key: string): { readonly orgId: string; readonly product: string } {
  const [orgId, product]: [string, string] = JSON.parse(key);
  return { orgId, product };
}
