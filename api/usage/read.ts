import type { Static } from 'typebox';
import type { Day } from '../../aggregator/calendar/zone-days.ts';
import type { UsageRow } from '../../aggregator/usage/dimensions.ts';
import { readUsage, type UsageRequest, type UsageTotal } from '../../aggregator/usage/read.ts';
import type { Sources } from '../dependencies.ts';
import { formatInstant } from '../parameters/instant.ts';
import type { UsageAnswer, UsageRowAnswer } from './answer.ts';
import type { DayPlan } from './days.ts';
import type { Group } from './group-by.ts';

export interface BreakdownRequest extends Pick<UsageRequest, 'orgId' | 'from' | 'to' | 'filters'> {
  readonly groupBy: readonly Group[];
  readonly days: DayPlan;
}

/**
 * Usage of a range in groups, and its total: the sum of the rows, so that both are of one moment.
 * The connection's max_result_rows bounds the rows: see api/clickhouse.ts.
 */
export async function readBreakdown(
  { clickhouse }: Sources,
  { groupBy, days: { timeZone, days }, ...request }: BreakdownRequest,
): Promise<Static<typeof UsageAnswer>> {
  const dates = new Map(days.map((day) => [dayStart(day), day.date]));
  const rows = await readUsage(clickhouse, { ...request, groupBy, dayStarts: [...dates.keys()] });
  return {
    org_id: request.orgId,
    from: formatInstant(request.from),
    to: formatInstant(request.to),
    time_zone: timeZone,
    rows: groupBy.length === 0 ? [] : rows.map((row) => answerRow(row, dates)),
    total: totalOf(rows),
  };
}

/** A first day that begins before 1970: the store knows no such instants, and no events of then. */
export const dayStart = (day: Day): number => Math.max(0, day.from);

function answerRow(row: UsageRow, dates: ReadonlyMap<number, string>): Static<typeof UsageRowAnswer> {
  const { day, hour, '15m': quarter, ...rest } = row;
  return {
    ...(day === undefined ? {} : { day: dates.get(day) ?? '' }),
    ...(hour === undefined ? {} : { hour: formatInstant(hour) }),
    ...(quarter === undefined ? {} : { '15m': formatInstant(quarter) }),
    ...rest,
  };
}

function totalOf(rows: readonly UsageRow[]): UsageTotal {
  const total = { calls: 0, credits: 0, rejected: 0 };
  for (const { calls, credits, rejected } of rows) {
    total.calls += calls;
    total.credits += credits;
    total.rejected += rejected;
  }
  return total;
}
