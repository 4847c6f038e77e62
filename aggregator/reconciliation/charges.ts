import { Type } from 'typebox';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { readSetAside } from '../../store/progress/set-aside.ts';
import { chargeDifferences, unchargedDay } from '../../store/reconciliation/charge-differences.ts';
import type { Difference } from '../../store/reconciliation/difference.ts';

const Count = Type.Integer();
const DayRow = Type.Object({
  org_id: Type.String(),
  product: Type.String(),
  day: Type.String(),
  from: Type.Integer(),
  to: Type.Integer(),
  used: Count,
  rolled_up: Count,
  amount: Type.String(),
  deltas: Type.String(),
});
const UnchargedRow = Type.Object({ org_id: Type.String(), product: Type.String(), bucket: Type.Integer() });
const InvalidatedRow = Type.Object({ org_id: Type.String(), hour: Type.Integer() });

/** D: an organisation with more of them is damaged as a whole. */
const MAX_FOUND = 200;

/** The last revision of each day. GROUP BY, so that the server that was asked joins: usage may be on other shards. */
const CHARGES = `SELECT org_id, product, day, argMax(used, revision) AS used, argMax(amount, revision) AS amount, sum(delta_amount) AS deltas,
    toUnixTimestamp64Milli(argMax(day_from, revision)) AS from, toUnixTimestamp64Milli(argMax(day_to, revision)) AS to
  FROM daily_charges FINAL WHERE org_id IN {orgs:Array(String)} GROUP BY org_id, product, day`;
/** Each bucket with the last charge that begins before it: its day, unless the day has no charge. */
const USAGE = `SELECT usage.org_id AS org_id, usage.product AS product, at, usage.credits AS credits, charge.day AS day,
    charge.to > at AS is_charged
  FROM (SELECT org_id, product, toInt64(toUnixTimestamp(bucket)) * 1000 AS at, sum(usage_15m.credits) AS credits
        FROM usage_15m FINAL WHERE org_id IN {orgs:Array(String)} GROUP BY org_id, product, at HAVING credits > 0) AS usage
  ASOF LEFT JOIN (${CHARGES}) AS charge
    ON charge.org_id = usage.org_id AND charge.product = usage.product AND usage.at >= charge.from`;

/**
 * Compares all charges of some organisations with the rollup and with their deltas, and looks for closed days with used
 * credits that have none. Days that are about to be closed again are left out.
 */
export async function checkCharges(
  client: ClickHouseClient,
  settings: SettingsState,
  orgs: readonly string[],
): Promise<Difference[]> {
  if (orgs.length === 0) return [];
  const { closed } = await readProgress(client);
  const [days, uncharged, invalidated, setAside] = await Promise.all([
    select(
      client,
      DayRow,
      `SELECT charge.org_id AS org_id, charge.product AS product, toString(charge.day) AS day, charge.from AS from, charge.to AS to,
         charge.used AS used, rolled.credits AS rolled_up, toString(charge.amount) AS amount, toString(charge.deltas) AS deltas
       FROM (${CHARGES}) AS charge
       LEFT JOIN (SELECT org_id, product, day, sum(usage.credits) AS credits FROM (${USAGE}) AS usage WHERE is_charged
                  GROUP BY org_id, product, day) AS rolled
         ON rolled.org_id = charge.org_id AND rolled.product = charge.product AND rolled.day = charge.day
       WHERE charge.used != rolled.credits OR charge.amount != charge.deltas
       ORDER BY org_id, product, day LIMIT ${MAX_FOUND}`,
      { orgs },
    ),
    select(
      client,
      UnchargedRow,
      `SELECT org_id, product, min(at) AS bucket FROM (${USAGE}) WHERE NOT is_charged AND at < {closed:Int64}
       GROUP BY org_id, product, intDiv(at, 86400000) ORDER BY org_id, product, bucket LIMIT 1000`,
      { orgs, closed },
    ),
    select(
      client,
      InvalidatedRow,
      `SELECT org_id, toUnixTimestamp(dirty_marks.hour) * 1000 AS hour FROM dirty_marks FINAL
       WHERE cleared < 2 AND org_id IN {orgs:Array(String)}`,
      { orgs },
    ),
    readSetAside(client),
  ]);
  const isPending = (orgId: string, from: number, to: number): boolean =>
    invalidated.some(({ org_id, hour }) => org_id === orgId && hour > from - HOUR_MS && hour < to);
  const found: Difference[] = [];
  for (const charge of days) {
    const { org_id, product, day, from, to } = charge;
    const place = { org_id, product, day, from, to };
    found.push(...chargeDifferences(charge, isPending(org_id, from, to), place));
  }
  const seen = new Set<string>();
  for (const { org_id, product, bucket } of uncharged) {
    const history = settings.history(org_id);
    const subscription = history?.subscriptions.find((each) => each.product === product);
    // An organisation that is set aside is reported as that.
    if (!history || !subscription || setAside.some((each) => each.org_id === org_id)) continue;
    const day = calendarOf(history.timeZone).dayAt(bucket);
    const name = `${org_id} ${product} ${day.date}`;
    if (seen.has(name) || day.to > closed || isPending(org_id, day.from, day.to)) continue;
    seen.add(name);
    found.push(...(await unchargedDay(client, settings, org_id, subscription, day)));
  }
  return found;
}
