import { Type } from 'typebox';
import { DAY_MS, RETENTION_DAYS } from '../schemas/event-rules.ts';
import { connectClickHouse, select, type ClickHouseClient, type ClickHouseConfig } from './clickhouse.ts';
import { ConfigError } from './config.ts';

/** How long raw events are kept: the setting, its check, and the table's TTL. */

/**
 * domain.md: by so many days retention exceeds the lateness limit. A period of 31 days, its statement final 48 h
 * later and a day's close all fit between, so no event that may still land belongs to a day that is gone.
 */
const MARGIN_DAYS = 62;

export const retentionSettings = {
  RETENTION_DAYS: Type.Integer({
    default: RETENTION_DAYS,
    minimum: 1,
    maximum: 36_500,
    description: 'days that raw events are kept; must exceed LATENESS_LIMIT_MS by at least 62 days',
  }),
};

/** Throws ConfigError where events could still land for days whose other events are dropped. */
export function assertRetention(config: {
  readonly RETENTION_DAYS: number;
  readonly LATENESS_LIMIT_MS: number;
}): void {
  const { RETENTION_DAYS: days, LATENESS_LIMIT_MS: latenessMs } = config;
  const leastDays = Math.ceil(latenessMs / DAY_MS) + MARGIN_DAYS;
  if (days >= leastDays) return;
  throw new ConfigError([
    `RETENTION_DAYS is ${days}: it must be at least ${leastDays}, for it must exceed LATENESS_LIMIT_MS ` +
      `(${latenessMs}, that is ${Math.ceil(latenessMs / DAY_MS)} days) by at least ${MARGIN_DAYS} days`,
  ]);
}

const TableRow = Type.Object({ engine_full: Type.String() });
const TTL = /TTL toStartOfDay\(occurred_at\) \+ toIntervalDay\((\d+)\)/;

/** The days that the table keeps raw events, by its own TTL; undefined where it drops none. */
export async function readRetentionDays(client: ClickHouseClient): Promise<number | undefined> {
  const [table] = await select(
    client,
    TableRow,
    `SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'call_events'`,
  );
  const [, afterStart] = TTL.exec(table?.engine_full ?? '') ?? [];
  return afterStart === undefined ? undefined : Number(afterStart) - 1;
}

/**
 * Makes the table keep raw events at least so long; ClickHouse drops a UTC day's parts as a whole after that.
 * @returns whether it had to change anything. Raising it later brings back nothing that was dropped.
 */
export async function enforceRetention(config: ClickHouseConfig, days: number): Promise<boolean> {
  const client = connectClickHouse(config, 'api-credits retention');
  try {
    if ((await readRetentionDays(client)) === days) return false;
    // All events of a UTC day, which is a part's, expire at once, so long after the day's end. The days are an integer
    // by their setting's type: a TTL takes no query parameter.
    await client.command({
      query: `ALTER TABLE call_events MODIFY TTL toStartOfDay(occurred_at) + toIntervalDay(${days + 1})`,
    });
    return true;
  } finally {
    await client.close();
  }
}
