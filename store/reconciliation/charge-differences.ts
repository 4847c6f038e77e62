import type { Day } from '../../domain/calendar/zone-days.ts';
import { allowanceOfDay } from '../../domain/pricing/allowance.ts';
import type { Subscription } from '../../domain/settings/org-history.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readUsedByDay } from '../usage/used-by-day.ts';
import { difference, type Difference, type DifferencePlace } from './difference.ts';

/** The last revision of a day's charge, and what it must equal. */
export interface ComparedCharge {
  readonly org_id: string;
  readonly product: string;
  readonly day: string;
  readonly used: number;
  /** The day's credits in the rollup. */
  readonly rolled_up: number;
  readonly amount: string;
  /** The sum of the differences that its revisions made. */
  readonly deltas: string;
}

/** @param isPending whether the day is about to be closed again, because its usage has changed */
export function chargeDifferences(
  { org_id, product, day, used, rolled_up, amount, deltas }: ComparedCharge,
  isPending: boolean,
  place?: DifferencePlace,
): Difference[] {
  const where = `${org_id} ${product} ${day}`;
  const isUsageOther = used !== rolled_up && !isPending;
  return [
    ...(isUsageOther ? [difference('charge-differs', where, rolled_up, used, place)] : []),
    ...(amount === deltas ? [] : [difference('revisions-differ', where, amount, deltas, place)]),
  ];
}

/** Whether a closed day of a subscription that has no charge should have one: it has used credits. */
export async function unchargedDay(
  client: ClickHouseClient,
  { catalogues }: Pick<SettingsState, 'catalogues'>,
  orgId: string,
  subscription: Subscription,
  day: Day,
): Promise<Difference[]> {
  const { product } = subscription;
  // Without a subscription, calls use no credits.
  if (allowanceOfDay(catalogues, subscription, day) === undefined) return [];
  const used = (await readUsedByDay(client, orgId, product, [day])).get(day.date) ?? 0;
  if (used === 0) return [];
  const place = { org_id: orgId, product, day: day.date, from: day.from, to: day.to };
  return [difference('day-not-charged', `${orgId} ${product} ${day.date}`, used, 0, place)];
}
