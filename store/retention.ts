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

/** How long raw events are kept: the setting, its check, and the table's TTL. */

/**
 * domain.md: by so many days retention exceeds the lateness limit. A period of 31 days, its statement final 48 h
 * later and a day's close all fit between, so no event that may still land belongs to a day that is gone.
 */
const MARGIN_DAYS = 62;

export const retentionVariables = {
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
const DroppedRow = Type.Object({ before: Type.Integer() });
const TTL = /TTL toStartOfDay\(occurred_at\) \+ toIntervalDay\((\d+)\)/;

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
 * Makes the table keep raw events for so many days; ClickHouse drops a UTC day's parts as a whole after that. Raising
 * it later brings back nothing that was dropped, so it is noted first until when that may have been.
 */
export async function enforceRetention(config: ClickHouseConfig, days: number): Promise<KeptEvents> {
  const client = connectClickHouse(config, 'api-credits retention');
  try {
    const kept = await readKeptEvents(client);
    if (kept.retentionMs === days * DAY_MS) return kept;
    if (kept.retentionMs !== Infinity) await noteDropped(client, kept.retentionMs);
    // All events of a UTC day, which is a part's, expire at once, so long after the day's end. The days are an integer
    // by their setting's type: a TTL takes no query parameter.
    await client.command({
      query: `ALTER TABLE call_events MODIFY TTL toStartOfDay(occurred_at) + toIntervalDay(${days + 1})`,
    });
    return await readKeptEvents(client);
  } finally {
    await client.close();
  }
}

/**
 * By ClickHouse's clock, which drops, and a day ahead of it: parts go by the TTL that was until a mutation in the
 * background, of seconds or minutes, has given each its new one, and midnight may come before.
 */
async function noteDropped(client: ClickHouseClient, retentionMs: number): Promise<void> {
  await client.command({
    query:
      'INSERT INTO dropped_events SELECT now64(3) - toIntervalMillisecond({ms:Int64}) + toIntervalDay(1)',
    query_params: { ms: retentionMs },
  });
}
