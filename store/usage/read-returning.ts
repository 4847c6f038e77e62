import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readUsage } from './read.ts';
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
 * What the rolling 24 hours hold, by when it leaves them. The last hour is read apart, and is part of the rows, so
 * that pace, rows and `used` always agree, whatever lands between the reads.
 * @param product the subscription's. @param asOf epoch milliseconds
 */
export async function readReturning(
  client: ClickHouseClient,
  { orgId, product, asOf }: { readonly orgId: string; readonly product: string; readonly asOf: number },
): Promise<WindowUse> {
  // The store knows no instants before 1970.
  const [windowFrom, lastHour] = [asOf - WINDOW_MS, asOf - HOUR_MS].map((instant) => Math.max(0, instant));
  const byHour = (from = 0, to = 0) =>
    readUsage(client, { orgId, from, to, filters: { product }, groupBy: ['hour'] });
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
