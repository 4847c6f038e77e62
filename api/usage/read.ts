import type { Static } from 'typebox';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { GroupBy, UsageRow } from '../../store/usage/dimensions.ts';
import { readUsagePage } from '../../store/usage/read-page.ts';
import { MAX_ROUTE_BYTES } from '../../store/usage/route.ts';
import { readTopUsage } from '../../store/usage/read-top.ts';
import { readUsage, totalOf, type UsageTotal } from '../../store/usage/read.ts';
import type { UsageRequest } from '../../store/usage/query.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { UsageRowAnswer } from './answer.ts';
import { encodePlace, placeOf } from './cursor.ts';
import type { DayPlan } from './days.ts';
import type { RowSelection } from './row-selection.ts';
import { MAX_ENDPOINT_BYTES, MAX_NAME_BYTES } from '../../schemas/event-rules.ts';
import { fittingRows } from '../parameters/page-bytes.ts';
import { tooManyRows } from '../problems/clickhouse.ts';
import { formatInstant } from '../../domain/instants.ts';

export interface BreakdownRequest extends Pick<UsageRequest, 'orgId' | 'sealed' | 'from' | 'to' | 'filters'> {
  readonly groupBy: readonly GroupBy[];
  readonly days: DayPlan;
  readonly selection: RowSelection;
}

type Row = Static<typeof UsageRowAnswer>;

export interface Breakdown {
  readonly rows: Row[];
  readonly other?: Row[];
  readonly total: UsageTotal;
  readonly next_cursor: string | null;
}

/**
 * Usage of a range in groups, and its total, from one query, so that both show the same moment.
 * The connection's max_result_rows bounds the rows: see api/clickhouse.ts.
 */
export async function readBreakdown(
  client: ClickHouseClient,
  { groupBy, days: { days }, selection, ...range }: BreakdownRequest,
): Promise<Breakdown> {
  const dates = datesOf(days);
  const request = { ...range, groupBy, dayStarts: [...dates.keys()] };
  const answer = (rows: readonly UsageRow[]): Row[] => rows.map((row) => answerRow(row, dates));

  if (selection.kind === 'top') {
    const { rows, other } = await readTopUsage(client, { ...request, top: selection.top });
    const total = totalOf([...rows, ...other]);
    assertFitting([...rows, ...other]);
    return { rows: answer(rows), other: answer(other), total, next_cursor: null };
  }
  if (selection.kind === 'page') {
    // One row more than the page shows whether there is a next page.
    const { after } = selection;
    const limit = Math.min(selection.limit, maxPageRows(groupBy));
    const { rows, total } = await readUsagePage(client, { ...request, after, limit: limit + 1 });
    const page = fittingRows(rows.slice(0, limit));
    const last = rows.length > page.length ? page.at(-1) : undefined;
    const next = last === undefined ? null : encodePlace(placeOf(last, groupBy, range.to));
    return { rows: answer(page), total, next_cursor: next };
  }
  const rows = await readUsage(client, request);
  assertFitting(rows);
  return { rows: groupBy.length === 0 ? [] : answer(rows), total: totalOf(rows), next_cursor: null };
}

/** What an answer without pages may hold, as JSON. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Of the texts that are read for one page: half of the connection's max_result_bytes. */
const MAX_READ_BYTES = 16_000_000;

/** The rows that are read for a page at most, however long their texts are. */
function maxPageRows(groupBy: readonly GroupBy[]): number {
  const longest: Partial<Record<GroupBy, number>> = { endpoint: MAX_ENDPOINT_BYTES, route: MAX_ROUTE_BYTES };
  const rowBytes = groupBy.map((group) => longest[group] ?? MAX_NAME_BYTES);
  return Math.floor(MAX_READ_BYTES / rowBytes.reduce((sum, size) => sum + size, 0));
}

/** Throws the Problem `too-many-rows` where the texts of the rows are too long for one answer. */
function assertFitting(rows: readonly UsageRow[]): void {
  if (fittingRows(rows, MAX_ANSWER_BYTES).length < rows.length) throw tooManyRows();
}

/** The dates of days by their starts, ascending. A first day may begin before 1970, where the store has neither instants nor events. */
export const datesOf = (days: readonly Day[]): ReadonlyMap<number, string> =>
  new Map(days.map((day) => [Math.max(0, day.from), day.date]));

/** A row as answers have it. @param dates of the days, by their starts */
export function answerRow(row: UsageRow, dates: ReadonlyMap<number, string>): Row {
  const { day, hour, '15m': quarter, ...rest } = row;
  return {
    ...(day === undefined ? {} : { day: dates.get(day) ?? '' }),
    ...(hour === undefined ? {} : { hour: formatInstant(hour) }),
    ...(quarter === undefined ? {} : { '15m': formatInstant(quarter) }),
    ...rest,
  };
}
