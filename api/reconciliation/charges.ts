import { Type } from 'typebox';
import { endedDays, LONGEST_DAY_MS } from '../../store/charges/days-to-close.ts';
import { floorTo } from '../../domain/instants.ts';
import { BUCKET_MS } from '../../schemas/time-units.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second } from '../../platform/clickhouse/sql-time.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { Count } from '../parameters/counts.ts';
import { chargeDifferences, unchargedDay } from '../../store/reconciliation/charge-differences.ts';
import type { Difference } from '../../store/reconciliation/difference.ts';

const DayRow = Type.Object({
  org_id: Type.String(),
  product: Type.String(),
  day: Type.String(),
  revisions: Count,
  used: Count,
  rolled_up: Count,
  amount: Type.String(),
  deltas: Type.String(),
  is_invalidated: Type.Boolean(),
});
const MAX_SHOWN = 100;

export interface ChargeFacts {
  readonly days: number;
  readonly revisions: number;
  readonly used: number;
  readonly differences: readonly Difference[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Compares the last revision of each day that ended in (from, to] with the rollup and with the sum of its deltas. */
export async function readChargeFacts(
  client: ClickHouseClient,
  settings: SettingsState,
  { from, to }: Range,
): Promise<ChargeFacts> {
  const rows = await select(
    client,
    DayRow,
    `SELECT charge.org_id AS org_id, charge.product AS product, toString(charge.day) AS day, any(charge.revisions) AS revisions,
       any(charge.used) AS used, sumIf(hour.credits, hour.at >= charge.day_from AND hour.at < charge.day_to) AS rolled_up,
       toString(any(charge.amount)) AS amount, toString(any(charge.deltas)) AS deltas,
       toBool(max(hour.is_invalidated AND hour.at >= charge.day_from - INTERVAL 1 HOUR AND hour.at < charge.day_to)) AS is_invalidated
     FROM (
       SELECT org_id, product, day, count() AS revisions, argMax(used, revision) AS used, argMax(amount, revision) AS amount,
         sum(delta_amount) AS deltas, argMax(day_from, revision) AS day_from, argMax(day_to, revision) AS day_to
       FROM daily_charges FINAL
       GROUP BY org_id, product, day
       HAVING day_to > ${instant('from')} AND day_to <= ${instant('to')}
     ) AS charge
     LEFT JOIN (
       SELECT org_id, product, bucket AS at, credits, false AS is_invalidated FROM usage_15m FINAL
       WHERE bucket >= ${second('oldest_bucket')} AND bucket < ${second('to_second')}
       UNION ALL
       SELECT org_id, subscribed.product AS product, hour AS at, 0 AS credits, true AS is_invalidated FROM dirty_marks FINAL
       -- GLOBAL: charges and invalidations of an organisation may be on different shards.
       GLOBAL INNER JOIN (SELECT DISTINCT org_id, product FROM daily_charges) AS subscribed USING (org_id) WHERE cleared < 2
     ) AS hour ON hour.org_id = charge.org_id AND hour.product = charge.product
     GROUP BY org_id, product, day ORDER BY org_id, product, day`,
    {
      from,
      to,
      oldest_bucket: Math.max(0, floorTo(from, BUCKET_MS) - LONGEST_DAY_MS) / 1000,
      to_second: Math.ceil(to / 1000),
    },
  );
  const differences = rows.flatMap((charge) => chargeDifferences(charge, charge.is_invalidated));
  const charged = new Set(rows.map(({ org_id, product, day }) => JSON.stringify([org_id, product, day])));
  return {
    days: rows.length,
    revisions: rows.reduce((all, { revisions }) => all + revisions, 0),
    used: rows.reduce((all, { used }) => all + used, 0),
    differences: [
      ...differences.slice(0, MAX_SHOWN),
      ...(await uncharged(client, settings, { from, to }, (...names) => charged.has(JSON.stringify(names)))),
    ],
  };
}

/** Closed days with used credits of a subscription that have no charge. */
async function uncharged(
  client: ClickHouseClient,
  settings: SettingsState,
  { from, to }: Range,
  isCharged: (orgId: string, product: string, date: string) => boolean,
): Promise<Difference[]> {
  const { sealed, closed } = await readProgress(client);
  const until = Math.min(closed, to);
  if (until <= from) return [];
  const found: Difference[] = [];
  // Organisations whose days cannot be computed are set aside by the aggregator, and reported as that.
  const { candidates } = await endedDays(client, settings, { sealed, closed: from }, until);
  for (const { orgId, day } of candidates) {
    for (const subscription of settings.history(orgId)?.subscriptions ?? []) {
      const { product } = subscription;
      if (isCharged(orgId, product, day.date)) continue;
      found.push(...(await unchargedDay(client, settings, orgId, subscription, day)));
      if (found.length >= MAX_SHOWN) return found;
    }
  }
  return found;
}
