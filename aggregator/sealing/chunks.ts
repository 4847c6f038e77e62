import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/** Hours of one statement: they travel in its address. */
const HOURS_AT_ONCE = 240;
/** Events of one statement, which bounds its memory and its time: 5 to 11 CPU-s per million (npm run bench). */
const EVENTS_AT_ONCE = 2_000_000;

const CountRow = Type.Object({ hour: Type.Integer(), events: Type.Integer() });

/**
 * Hours, in their order, in portions that one statement may count. An hour is never cut, however many events it has:
 * what it was counted from is told by the sum of all of them.
 * @param hours their starts, epoch milliseconds
 */
export async function chunksOf(
  client: ClickHouseClient,
  hours: readonly number[],
  eventsAtOnce = EVENTS_AT_ONCE,
): Promise<number[][]> {
  if (hours.length < 2) return hours.map((hour) => [hour]);
  const chunks: number[][] = [];
  for (let start = 0; start < hours.length; start += HOURS_AT_ONCE) {
    const some = hours.slice(start, start + HOURS_AT_ONCE);
    const counts = await countEvents(client, some);
    let events = Infinity;
    for (const hour of some) {
      const count = counts.get(hour) ?? 0;
      if (events + count > eventsAtOnce) {
        chunks.push([]);
        events = 0;
      }
      chunks.at(-1)?.push(hour);
      events += count;
    }
  }
  return chunks;
}

/** Rows, repeats among them: cheap, and never too few. */
async function countEvents(client: ClickHouseClient, hours: readonly number[]): Promise<Map<number, number>> {
  const rows = await select(
    client,
    CountRow,
    `SELECT toUnixTimestamp(toStartOfHour(occurred_at)) * 1000 AS hour, count() AS events FROM call_events
     WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)} GROUP BY hour`,
    { hours: hours.map((hour) => hour / 1000) },
  );
  return new Map(rows.map(({ hour, events }) => [hour, events]));
}
