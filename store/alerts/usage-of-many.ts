import { TupleParam } from '@clickhouse/client';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { WINDOW_MS } from '../../domain/usage/returning.ts';
import { hoursOf, planRollup, type SealedHours } from '../usage/rollup-plan.ts';
import { readSealedHoursOf } from '../usage/sealed-hours.ts';
import { subscriptionKey } from './landed-credits.ts';

export interface UsageFacts {
  /** Read before the usage. */
  readonly sealed: SealedHours;
  /** Credits of the rolling 24 hours: exactly what /credits answers for this instant. */
  readonly used: number;
  readonly usedByQuarter: ReadonlyMap<number, number>;
  /** Credits of calls that are dated ahead: they enter the window by themselves. */
  readonly ahead: number;
}

export interface UsageOfMany {
  readonly orgIds: readonly string[];
  /** The end of the 24 hours, epoch milliseconds. */
  readonly asOf: number;
  /** How far ahead of its append time a call may be dated. */
  readonly aheadMs: number;
}

const UsageRow = Type.Object({
  org_id: Type.String(),
  product: Type.String(),
  quarter: Type.Integer(),
  /** 1: after the end of the 24 hours. */
  is_ahead: Type.Integer(),
  credits: Type.Integer(),
});

const isInvalidated = (instantColumn: string): string =>
  `(org_id, toUnixTimestamp(toStartOfHour(${instantColumn}))) IN {invalidated:Array(Tuple(String, UInt32))}`;

/**
 * Reads the usage of all subscriptions of some organisations by two statements, however many they are: planning one takes
 * longer than reading what an organisation has. As in query.ts, the figures equal those of a FINAL scan of call_events.
 * @returns of a subscription's key (landed-credits.ts), also of one without usage
 */
export async function readUsageOfMany(
  client: ClickHouseClient,
  { orgIds, asOf, aheadMs }: UsageOfMany,
): Promise<(orgId: string, product: string) => UsageFacts> {
  const sealed = await readSealedHoursOf(client, orgIds);
  const [from, to] = [Math.max(0, asOf - WINDOW_MS), asOf + aheadMs];
  const invalidated = orgIds.flatMap((orgId) =>
    sealed
      .of(orgId)
      .invalidatedHours.filter((hour) => hour + HOUR_MS > from && hour < to)
      .map((hour) => ({ orgId, hour })),
  );
  const invalidatedHours = [...new Set(invalidated.map(({ hour }) => hour))];
  const { rollupFrom, rollupTo, rawHours } = planRollup(from, asOf, {
    until: sealed.totalsUntil,
    invalidatedHours,
  });
  const rollup = `SELECT org_id, product, bucket, 0 AS is_ahead, credits FROM usage_15m FINAL
    WHERE org_id IN {orgs:Array(String)} AND bucket >= ${second('rollup_from')} AND bucket < ${second('rollup_to')}
      AND NOT ${isInvalidated('bucket')}
    UNION ALL`;
  const rows = await select(
    client,
    UsageRow,
    `SELECT org_id, product, toUnixTimestamp(bucket) * 1000 AS quarter, is_ahead, sum(part.credits) AS credits FROM (
       ${rollupFrom < rollupTo ? rollup : ''}
       SELECT org_id, product, toStartOfFifteenMinutes(occurred_at) AS bucket, occurred_at >= ${instant('as_of')} AS is_ahead,
         sum(call_events.credits) AS credits
       FROM call_events FINAL
       WHERE toStartOfHour(occurred_at) IN {raw_hours:Array(UInt32)} AND org_id IN {orgs:Array(String)}
         AND occurred_at >= ${instant('from')} AND occurred_at < ${instant('to')}
         AND (occurred_at < ${instant('rollup_from_ms')} OR occurred_at >= ${instant('rollup_to_ms')}
           OR ${isInvalidated('occurred_at')})
       GROUP BY org_id, product, bucket, is_ahead
     ) AS part GROUP BY org_id, product, quarter, is_ahead`,
    {
      orgs: orgIds,
      as_of: asOf,
      from,
      to,
      rollup_from_ms: rollupFrom,
      rollup_to_ms: rollupTo,
      rollup_from: toSeconds(rollupFrom),
      rollup_to: toSeconds(rollupTo),
      raw_hours: [...new Set([...rawHours, ...hoursOf({ from: asOf, to })])].map(toSeconds),
      invalidated: invalidated.map(({ orgId, hour }) => new TupleParam([orgId, toSeconds(hour)])),
    },
  );
  const bySubscription = Map.groupBy(rows, ({ org_id, product }) => subscriptionKey(org_id, product));
  return (orgId, product) => {
    const own = bySubscription.get(subscriptionKey(orgId, product)) ?? [];
    const counted = own.filter(({ is_ahead }) => is_ahead === 0);
    return {
      sealed: sealed.of(orgId),
      used: sumOf(counted),
      usedByQuarter: new Map(counted.map(({ quarter, credits }) => [quarter, credits])),
      ahead: sumOf(own.filter(({ is_ahead }) => is_ahead === 1)),
    };
  };
}

const sumOf = (rows: readonly { readonly credits: number }[]): number =>
  rows.reduce((sum, { credits }) => sum + credits, 0);
