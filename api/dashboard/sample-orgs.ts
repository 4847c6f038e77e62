import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

const LOOKBACK_MS = 8 * DAY_MS;
const MAX_ORGS = 40;
const MAX_USERS_PER_ORG = 5;

const SampleOrg = Type.Object({
  org_id: Type.String(),
  credits: Type.Integer(),
  users: Type.Array(Type.String()),
});
export type SampleOrg = Static<typeof SampleOrg>;

/** The organisations with the most credits in the sealed hours of the last days, to choose from when signing in. */
export function readSampleOrgs(client: ClickHouseClient, now: number): Promise<SampleOrg[]> {
  return select(
    client,
    SampleOrg,
    `SELECT org_id, sum(of_user) AS credits,
        arraySlice(arrayMap(pair -> pair.2, arraySort(pair -> -pair.1, groupArray((toInt64(of_user), user_id)))), 1, {users:UInt8}) AS users
     FROM (
       SELECT org_id, user_id, sum(usage_15m_by_user.credits) AS of_user FROM usage_15m_by_user FINAL
       WHERE bucket >= ${second('from')} GROUP BY org_id, user_id
     )
     GROUP BY org_id ORDER BY credits DESC, org_id LIMIT {orgs:UInt16}`,
    { from: Math.floor((now - LOOKBACK_MS) / 1000), users: MAX_USERS_PER_ORG, orgs: MAX_ORGS },
  );
}
