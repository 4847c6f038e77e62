import { randomBytes, randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { ceilTo } from '../../domain/instants.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second } from '../../platform/clickhouse/sql-time.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { BREAKDOWNS, type Rollup } from '../../store/usage/breakdowns.ts';
import { digestOf, isOf, probeOf, type Erasure } from '../../store/erasures/erasure.ts';

const SALT_BYTES = 16;

export interface ErasureTimes {
  /** Epoch milliseconds. */
  readonly now: number;
  /** How far a call may lie after the time at which Kafka appended it. */
  readonly futureMs: number;
  /** How long a call may still be delivered again, from its cut. */
  readonly keepMs: number;
}

/**
 * The erasure of a person: a known one with a later cut, so that the pseudonym stays the same as long as anything could
 * bring the id back, else a new one with secrets of its own.
 *
 * The cut is the end of the hour in which the last call may occur that Kafka has appended by now.
 * @param orgId empty: of every organisation
 */
export function planErasure(
  known: readonly Erasure[],
  orgId: string,
  userId: string,
  { now, futureMs, keepMs }: ErasureTimes,
): Erasure {
  const user = Buffer.from(userId);
  const cut = ceilTo(now + futureMs, HOUR_MS);
  const kept_until = cut + keepMs;
  const same = known.find((erasure) => erasure.org_id === orgId && isOf(erasure, user));
  if (same)
    return { ...same, cut: Math.max(same.cut, cut), kept_until: Math.max(same.kept_until, kept_until) };
  const salt = randomBytes(SALT_BYTES).toString('hex');
  return {
    id: randomUUID(),
    org_id: orgId,
    salt,
    digest: digestOf(salt, user),
    secret: randomBytes(SALT_BYTES).toString('hex'),
    probe: probeOf(user),
    cut,
    recorded_at: now,
    kept_until,
  };
}

/** Parameters of the conditions on rows of a person in one organisation. */
export const personParams = ({ salt, digest, cut }: Erasure, orgId: string) => ({
  org: orgId,
  salt,
  digest,
  cut,
  cut_s: cut / 1_000,
});

/** The user, without the id: neither the log of queries nor the list of mutations of ClickHouse gets to know it. */
export const IS_PERSON = 'SHA256(concat(unhex({salt:String}), user_id)) = unhex({digest:String})';
/** Of call_events. */
export const EVENTS_OF_PERSON = `org_id = {org:String} AND occurred_at < ${instant('cut')} AND ${IS_PERSON}`;
/** Of the rollups in ROLLUPS_OF_USERS. */
export const ROLLUP_OF_PERSON = `org_id = {org:String} AND bucket < ${second('cut_s')} AND ${IS_PERSON}`;

/**
 * The rollups that have user ids, first the one from which the others are filled (aggregator/sealing/fill-breakdowns.ts).
 */
export const ROLLUPS_OF_USERS: readonly Rollup[] = BREAKDOWNS.filter(({ dimensions }) =>
  dimensions.includes('user'),
).toSorted((one, other) => other.dimensions.length - one.dimensions.length);

const OrgRow = Type.Object({ org_id: Type.String() });

/** The organisations that have calls of a person, or alerts about one: the only step that reads everything. */
export async function orgsOf(client: ClickHouseClient, { salt, digest }: Erasure): Promise<string[]> {
  const tables = ['call_events', ...ROLLUPS_OF_USERS.map(({ table }) => table)];
  const rows = await select(
    client,
    OrgRow,
    `${tables.map((table) => `SELECT DISTINCT org_id FROM ${table} WHERE ${IS_PERSON}`).join(' UNION DISTINCT ')}
     UNION DISTINCT SELECT DISTINCT org_id FROM (
       SELECT org_id, subject AS user_id FROM alert_log WHERE kind IN ('raised', 'resolved')) WHERE ${IS_PERSON}
     ORDER BY org_id`,
    { salt, digest },
  );
  return rows.map(({ org_id }) => org_id);
}
