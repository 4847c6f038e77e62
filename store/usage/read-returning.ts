import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readUsage } from './read.ts';
import type { SealedHours } from './rollup-plan.ts';
import { returningOf, WINDOW_MS, type Returning } from '../../domain/usage/returning.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

export interface WindowUse {
  /** Credits of [asOf - 24 h, asOf): the sum of the rows. */
  readonly used: number;
  /** Credits of the last hour. */
  readonly pacePerHour: number;
  readonly rows: readonly Returning[];
}

/**
 * The usage of the rolling 24 hours, by the time at which it leaves the window. `used` and the rows are computed from
 * the same two reads as the pace, so that they agree whatever lands in between.
 * @param given.product the subscription's product
 * @param given.sealed read before the call (basis.ts)
 * @param given.asOf end of the window, epoch milliseconds
 */
export async function readReturning(
  client: ClickHouseClient,
  {
    orgId,
    product,
    sealed,
    asOf,
  }: {
    readonly orgId: string;
    readonly product: string;
    readonly sealed: SealedHours;
    readonly asOf: number;
  },
): Promise<WindowUse> {
  // ClickHouse's DateTime begins in 1970.
  const [windowFrom, lastHour] = [asOf - WINDOW_MS, asOf - HOUR_MS].map((instant) => Math.max(0, instant));
  const byHour = (from = 0, to = 0) =>
    readUsage(client, { orgId, sealed, from, to, filters: { product }, groupBy: ['hour'] });
  const [before, last] = await Promise.all([byHour(windowFrom, lastHour), byHour(lastHour, asOf)]);

  const usedByHour = new Map<number, number>();
  for (const { hour = 0, credits } of [...before, ...last]) {
    usedByHour.set(hour, (usedByHour.get(hour) ?? 0) + credits);
  }
  const rows = returningOf(asOf, usedByHour);
  return { used: sumOf(rows), pacePerHour: sumOf(last), rows };
}

const sumOf = (rows: readonly { readonly credits: number }[]): number =>
  rows.reduce((sum, { credits }) => sum + credits, 0);
