import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { floorTo } from '../../../domain/instants.ts';
import { BUCKET_MS, DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { CALL_COLUMNS, callsSql, type Pass } from './calls-sql.ts';

/** A history of calls, the same for the same seed and size, whatever else is in the database. */
export interface History {
  /** Distinct calls, in all intervals together. */
  readonly calls: number;
  /** Organisations: `org-0`, the giant with a quarter of the calls, `org-1`, the next largest, and so on. */
  readonly orgs: number;
  /** It begins so many days before its last hour; a year more than a month at full size. */
  readonly days: number;
  /** Epoch milliseconds. No call is later. */
  readonly end: number;
}

/** A history but for its time. */
export type HistorySize = Omit<History, 'end'>;

/** The organisation with a quarter of all calls. */
export const GIANT_ORG = 'org-0';
/** As many organisations are larger as are smaller. */
export const typicalOrg = ({ orgs }: Pick<History, 'orgs'>): string => `org-${Math.floor(orgs / 2)}`;

/** Calls that are spread evenly over [from, to), epoch milliseconds. */
export interface Interval {
  readonly from: number;
  readonly to: number;
  readonly calls: number;
}

const RECENT_SHARE = 0.4;
const MONTH_SHARE = 0.5;
const MONTH_DAYS = 30;

/** The first instant of the hour in which the history ends: hours before it can be sealed. */
export const lastHour = ({ end }: Pick<History, 'end'>): number => floorTo(end, HOUR_MS);

/** The first instant of the quarter hour in which it ends: quarters before it can be counted. */
export const lastQuarter = ({ end }: Pick<History, 'end'>): number => floorTo(end, BUCKET_MS);

/** As many minutes' calls in the running hour before its running quarter as there are on average, and in that. */
const RUNNING_MINUTES = 22.5;
const LIVE_MINUTES = 7.5;

/**
 * When the calls were: 40 % in the last 24 hours and the hour in which the history ends, 50 % in the 29 days before
 * these, and the rest before that. The last quarter has half of its calls whatever the minute, and the last hour half of
 * its calls too where it has ended quarters: reads of the part that is not sealed cost the same in every run.
 */
export function intervalsOf(history: Pick<History, 'calls' | 'days' | 'end'>): Interval[] {
  const { calls, days, end } = history;
  const [hour, quarter] = [lastHour(history), lastQuarter(history)];
  const recentMinutes = DAY_MS / MINUTE_MS + RUNNING_MINUTES + LIVE_MINUTES;
  const callsOf = (minutes: number): number => Math.floor((calls * RECENT_SHARE * minutes) / recentMinutes);
  const live = callsOf(LIVE_MINUTES);
  const running = hour < quarter ? callsOf(RUNNING_MINUTES) : 0;
  const recent = Math.floor(calls * RECENT_SHARE);
  const month = Math.floor(calls * MONTH_SHARE);
  const start = hour - days * DAY_MS;
  const [dayStart, monthStart] = [hour - DAY_MS, Math.max(start, hour - MONTH_DAYS * DAY_MS)];
  return [
    { from: start, to: monthStart, calls: start < monthStart ? calls - recent - month : 0 },
    { from: monthStart, to: dayStart, calls: start < monthStart ? month : calls - recent },
    { from: dayStart, to: hour, calls: recent - running - live },
    { from: hour, to: quarter, calls: running },
    { from: quarter, to: Math.max(end, quarter + 1), calls: live },
  ];
}

/** One statement of so many calls bounds its memory, and shows progress. */
const CALLS_PER_INSERT = 5_000_000;

/**
 * Inserts the calls of all intervals into call_events, inside ClickHouse.
 * @param onInserted gets how many calls have been inserted
 */
export async function insertHistory(
  client: ClickHouseClient,
  history: History,
  onInserted: (calls: number) => void,
): Promise<void> {
  let first = 0;
  for (const interval of intervalsOf(history)) {
    const numbered = { ...interval, first };
    await insertInterval(client, history, numbered, (calls) => onInserted(numbered.first + calls));
    first += interval.calls;
  }
}

/** An interval whose calls have the numbers [first, first + calls) of the history. */
export interface NumberedInterval extends Interval {
  readonly first: number;
}

/**
 * Inserts an interval in the order of time. Of each statement's calls 2 % land late, by another one, and 1 % twice; but
 * not of an interval of many days, each of which is a partition: there it would make twice as many parts.
 */
export async function insertInterval(
  client: ClickHouseClient,
  history: Pick<History, 'calls' | 'orgs'>,
  interval: NumberedInterval,
  onInserted: (calls: number) => void = () => undefined,
): Promise<void> {
  for (let done = 0; done < interval.calls; done += CALLS_PER_INSERT) {
    const calls = Math.min(CALLS_PER_INSERT, interval.calls - done);
    for (const pass of passesOf(interval)) {
      await insertCalls(client, history, interval, { first: interval.first + done, calls, pass });
    }
    onInserted(done + calls);
  }
}

const passesOf = ({ from, to }: Interval): readonly Pass[] =>
  to - from > MONTH_DAYS * DAY_MS ? ['all'] : ['in time', 'late and repeated'];

interface Chunk {
  /** The number of its first call in the history. */
  readonly first: number;
  readonly calls: number;
  readonly pass: Pass;
}

async function insertCalls(
  client: ClickHouseClient,
  { orgs, calls: total }: Pick<History, 'calls' | 'orgs'>,
  interval: NumberedInterval,
  { first, calls, pass }: Chunk,
): Promise<void> {
  await client.command({
    query: `INSERT INTO call_events (${CALL_COLUMNS}) ${callsSql(pass)}`,
    query_params: {
      first,
      calls,
      orgs,
      from: interval.from,
      span: interval.to - interval.from,
      interval_first: interval.first,
      interval_calls: interval.calls,
      // A copy that lands later has a greater offset; the first one counts.
      first_offset: pass === 'late and repeated' ? total : 0,
    },
    clickhouse_settings: { max_partitions_per_insert_block: '0', max_insert_threads: '2' },
  });
}
