import { formatInstant } from '../../../domain/instants.ts';
import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

/** The offset of the first one: beyond those that the benchmarks append themselves. */
export const OLDER_FROM = 2 ** 40;
const FIRST_DAY = Date.UTC(2023, 0, 1);

/** The date of the day to which a revision belongs, by its number. */
export const dateOfOlder = (revision: number, orgs: number): string =>
  formatInstant(FIRST_DAY + Math.floor(revision / orgs) * DAY_MS).slice(0, 10);

/** Revisions of days of 2023 and 2024 in the order of closing: all organisations of a day, then those of the next. */
export async function storeOlderRevisions(
  client: ClickHouseClient,
  orgs: number,
  revisions: number,
): Promise<void> {
  await client.command({
    query: `INSERT INTO daily_charges SELECT concat('org-', toString(number % {orgs:UInt64})), 'crm',
        toDate32('2023-01-01') + intDiv(number, {orgs:UInt64}) AS day, 1, toDateTime64(day, 3, 'UTC') AS day_from,
        day_from + INTERVAL 1 DAY, number % 5000, 20000 + number % 50000 AS used, 20000, 50000, used - 20000, used - 20000, 0,
        (used - 20000) * 0.00014, used - 20000, (used - 20000) * 0.00014, 'EUR', 'prices-1',
        toStartOfMonth(day), toStartOfMonth(day) + INTERVAL 1 MONTH, day_from + INTERVAL 25 HOUR,
        {first:UInt64} + number
      FROM numbers({revisions:UInt64})`,
    query_params: { orgs, revisions, first: OLDER_FROM },
  });
}

/** Says that they have landed. Until then the feed ends before them; afterwards nothing can be appended here any more. */
export async function landOlderRevisions(
  client: ClickHouseClient,
  topic: string,
  revisions: number,
): Promise<void> {
  await client.command({
    query: `INSERT INTO landed_ranges (topic, partition, first_offset, last_offset, rows, quarantined)
      SELECT {topic:String}, 0, {first:UInt64}, {first:UInt64} + {revisions:UInt64} - 1, {revisions:UInt64}, 0`,
    query_params: { topic, revisions, first: OLDER_FROM },
  });
}
