import { Type } from 'typebox';
import { RETENTION_DAYS, type KeptEvents } from '../schemas/event-rules.ts';
import {
  connectClickHouse,
  connectNodes,
  select,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../platform/clickhouse/connect.ts';
import { ConfigError } from '../platform/config.ts';
import { DAY_MS } from '../schemas/time-units.ts';
import { DEAD_LETTER_DAYS } from '../schemas/topics.ts';

/** Retention of the raw events and of the bytes of dead letters: the settings, their validation, and the tables' TTLs. */

/**
 * Retention exceeds the lateness limit by at least this many days (domain.md, Open, closed, final). A period of 31 days,
 * the 48 hours until its statement is final and a day's close fit in between, so no event that may still land belongs
 * to a day whose events are dropped.
 */
const MARGIN_DAYS = 62;

/** 50 years. A ClickHouse DateTime ends in 2106: a TTL beyond that would begin again in 1970 and drop everything. */
const MOST_DAYS = 18_250;

export const retentionVariables = {
  RETENTION_DAYS: Type.Integer({
    default: RETENTION_DAYS,
    minimum: 1,
    maximum: MOST_DAYS,
    description: 'days to keep raw events; must exceed LATENESS_LIMIT_MS by at least 62 days',
  }),
  DEAD_LETTER_RETENTION_DAYS: Type.Integer({
    default: DEAD_LETTER_DAYS,
    minimum: 1,
    maximum: MOST_DAYS,
    description:
      'days to keep the bytes of dead letters, from when Kafka appended them; then they cannot be replayed',
  }),
  // D: a quarter, for an attack or a leaked key to be traced.
  SOURCE_RETENTION_DAYS: Type.Integer({
    default: 90,
    minimum: 0,
    maximum: MOST_DAYS,
    description: 'days to keep the source addresses of calls, from when they occurred',
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

/**
 * Which raw events retention has kept so far, from the tables' own TTL and the record of earlier, shorter ones. On a
 * cluster every server must answer, and the shortest TTL counts.
 */
export async function readKeptEvents(config: ClickHouseConfig): Promise<KeptEvents> {
  return withTables(config, keptEventsIn);
}

/**
 * Sets the TTL of the raw events to `days`; ClickHouse then drops the parts of a UTC day as a whole. A longer retention
 * later does not bring back what was dropped, so this first records until when the old TTL may have dropped events.
 */
export async function enforceRetention(config: ClickHouseConfig, days: number): Promise<KeptEvents> {
  return withTables(config, async (tables) => {
    for (const node of tables.nodes) {
      const retentionMs = await readRetention(node);
      if (retentionMs === days * DAY_MS) continue;
      if (retentionMs !== Infinity) await recordDropped(tables.client, retentionMs);
      // All events of a UTC day share a part and expire together, `days` after the day's end. A TTL takes no query
      // parameter; `days` is an integer by the type of its setting.
      await node.command({
        query: `ALTER TABLE call_events MODIFY TTL toStartOfDay(occurred_at) + toIntervalDay(${days + 1})`,
      });
    }
    return keptEventsIn(tables);
  });
}

/** The connections that retention is read and set by. */
export interface Tables {
  readonly client: ClickHouseClient;
  /** Of each server's own tables. */
  readonly nodes: readonly ClickHouseClient[];
}

async function withTables<Result>(
  config: ClickHouseConfig,
  work: (tables: Tables) => Promise<Result>,
): Promise<Result> {
  const application = 'api-credits retention';
  const tables = {
    client: connectClickHouse(config, application),
    nodes: connectNodes(config, application),
  };
  try {
    return await work(tables);
  } finally {
    await Promise.all([tables.client, ...tables.nodes].map((client) => client.close()));
  }
}

/** The same over connections that the caller keeps. */
export async function keptEventsIn({ client, nodes }: Tables): Promise<KeptEvents> {
  const retentions = await Promise.all(nodes.map((node) => readRetention(node)));
  const [dropped] = await select(
    client,
    DroppedRow,
    'SELECT toUnixTimestamp64Milli(before) AS before FROM dropped_events FINAL',
  );
  return { retentionMs: Math.min(...retentions), droppedBeforeMs: dropped?.before ?? -Infinity };
}

async function readRetention(node: ClickHouseClient): Promise<number> {
  const [table] = await select(
    node,
    TableRow,
    `SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'call_events'`,
  );
  const [, afterStart] = TTL.exec(table?.engine_full ?? '') ?? [];
  return afterStart === undefined ? Infinity : (Number(afterStart) - 1) * DAY_MS;
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
