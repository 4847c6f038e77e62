import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import { readUsage } from './read.ts';

/**
 * The credits that a subscription has used so far on each of some adjoining days, by date. Read by one statement.
 * Days without usage are left out.
 */
export async function readUsedByDay(
  client: ClickHouseClient,
  orgId: string,
  product: string,
  days: readonly Day[],
): Promise<Map<LocalDate, number>> {
  const used = new Map<LocalDate, number>();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return used;
  // ClickHouse's DateTime begins in 1970; a day may begin before.
  const dates = new Map(days.map((day) => [Math.max(0, day.from), day.date]));
  const rows = await readUsage(client, {
    orgId,
    from: Math.max(0, first.from),
    to: last.to,
    filters: { product },
    groupBy: ['day'],
    dayStarts: [...dates.keys()],
  });
  for (const { day, credits } of rows) {
    const date = dates.get(day ?? 0);
    if (date !== undefined) used.set(date, credits);
  }
  return used;
}
