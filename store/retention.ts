import { Type } from 'typebox';
import { RETENTION_DAYS, type KeptEvents } from '../schemas/event-rules.ts';
import {
  connectClickHouse,
  select,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../platform/clickhouse/connect.ts';
import { ConfigError } from '../platform/config.ts';
import { DAY_MS } from '../schemas/time-units.ts';

/** Retention of the raw events: the setting, its validation, and the table's TTL. */

/**
 * Retention exceeds the lateness limit by at least this many days (domain.md, Open, closed, final). A period of 31 days,
 * the 48 hours until its statement is final and a day's close fit in between, so no event that may still land belongs
 * to a day whose events are dropped.
 */
const MARGIN_DAYS = 62;

export const retentionVariables = {
  RETENTION_DAYS: Type.Integer({
    default: RETENTION_DAYS,
    minimum: 1,
    maximum: 36_500,
    description: 'days to keep raw events; must exceed LATENESS_LIMIT_MS by at least 62 days',
  }),
};

/** Checks the setting. @throws ConfigError where events could still land for a day whose other events are dropped */
export function assertRetention(config: {
  readonly RETENTION_DAYS: number;
  readonly LATENESS_LIMIT_MS: number;
}): void {
  const { RETENTION_DAYS: days, LATENESS_LIMIT_MS: latenessMs } = config;
  const leastDays = Math.ceil(latenessMs / DAY_MS) + MARGIN_DAYS;
  if (days >= leastDays) return;
  throw new ConfigError([
    `RETENTION_DAYS is ${days}: it must be at least ${leastDays}, to exceed LATENESS_LIMIT_MS ` +
      `(${latenessMs}, that is ${Math.ceil(latenessMs / DAY_MS)} days) by at least ${MARGIN_DAYS} days`,
  ]);
}

const TableRow = Type.Object({ engine_full: Type.String() });
const DroppedRow = Type.Object({ before: Type.Integer() });
const TTL = /TTL toStartOfDay\(occurred_at\) \+ toIntervalDay\((\d+)\)/;

/** Which raw events retention has kept so far, from the table's own TTL and the record of earlier, shorter ones. */
export async function readKeptEvents(client: ClickHouseClient): Promise<KeptEvents> {
  const [table] = await select(
    client,
    TableRow,
    `SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'call_events'`,
  );
  const [dropped] = await select(
    client,
    DroppedRow,
    'SELECT toUnixTimestamp64Milli(before) AS before FROM dropped_events FINAL',
  );
  const [, afterStart] = TTL.exec(table?.engine_full ?? '') ?? [];
  return {
    retentionMs: afterStart === undefined ? Infinity : (Number(afterStart) - 1) * DAY_MS,
    droppedBeforeMs: dropped?.before ?? -Infinity,
  };
}

/**
 * Sets the table's TTL to `days`; ClickHouse then drops the parts of a UTC day as a whole. A longer retention later
 * does not bring back what was dropped, so this first records until when the old TTL may have dropped events.
 */
export async function enforceRetention(config: ClickHouseConfig, days: number): Promise<KeptEvents> {
  const client = connectClickHouse(config, 'api-credits retention');
  try {
    const kept = await readKeptEvents(client);
    if (kept.retentionMs === days * DAY_MS) return kept;
    if (kept.retentionMs !== Infinity) await recordDropped(client, kept.retentionMs);
    // All events of a UTC day share a part and expire together, `days` after the day's end. A TTL takes no query
    // parameter; `days` is an integer by the type of its setting.
    await client.command({
      query: `ALTER TABLE call_events MODIFY TTL toStartOfDay(occurred_at) + toIntervalDay(${days + 1})`,
    });
    return await readKeptEvents(client);
  } finally {
    await client.close();
  }
}

/**
 * Records until when events may have been dropped: by ClickHouse's clock, plus a day. The change of a TTL is a mutation
 * in the background, which takes seconds or minutes. Until it reaches a part, the old TTL applies to the part, and
 * midnight may pass in between.
 */
async function recordDropped(client: ClickHouseClient, retentionMs: number): Promise<void> {
  await client.command({
    query:
      'INSERT INTO dropped_events SELECT now64(3) - toIntervalMillisecond({ms:Int64}) + toIntervalDay(1)',
    query_params: { ms: retentionMs },
  });
}
