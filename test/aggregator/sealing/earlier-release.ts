import { Type, type Static } from 'typebox';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { advanceProgress, readProgress } from '../../../store/progress/aggregator-progress.ts';
import { NARROW_BREAKDOWNS } from '../../../store/usage/breakdowns.ts';
import type { Namespace } from '../../servers/namespace.ts';
import { SEAL_DELAY_MS, thisHour } from './sealing-tables.ts';

/** Seals the hours until so many before this one. */
export const sealUntil = (client: ClickHouseClient, hoursAgo: number): Promise<number> =>
  sealEndedHours(client, thisHour - hoursAgo * HOUR_MS + SEAL_DELAY_MS, SEAL_DELAY_MS);

/** As an aggregator of an earlier release leaves the tables: the narrow breakdowns are to be filled. */
export async function forgetNarrow(
  client: ClickHouseClient,
  { onTables }: Pick<Namespace, 'onTables'>,
): Promise<void> {
  const { sealed } = await readProgress(client);
  for (const { table } of NARROW_BREAKDOWNS) await onTables(`TRUNCATE TABLE ${table}`);
  await onTables('TRUNCATE TABLE aggregator_progress');
  await advanceProgress(client, 'sealed', sealed);
}

const UsageRow = Type.Object({ hour: Type.Integer(), user: Type.String(), calls: Type.Integer() });
export type UsageRow = Static<typeof UsageRow>;

function byUser(client: ClickHouseClient, source: string, time: string, calls: string): Promise<UsageRow[]> {
  return select(
    client,
    UsageRow,
    `SELECT toUnixTimestamp(toStartOfHour(${time})) * 1000 AS hour, user_id AS user, ${calls} AS calls
     FROM ${source} FINAL WHERE toStartOfHour(${time}) < toDateTime({to:UInt32}, 'UTC')
     GROUP BY hour, user HAVING calls > 0 ORDER BY hour, user`,
    { to: thisHour / 1_000 },
  );
}

/** The calls of each user in each hour, of the events. */
export const countedByUser = (client: ClickHouseClient): Promise<UsageRow[]> =>
  byUser(client, 'call_events', 'occurred_at', 'count()');

/** The same of the narrow breakdown. */
export const filledByUser = (client: ClickHouseClient): Promise<UsageRow[]> =>
  byUser(client, 'usage_15m_by_user', 'bucket', 'sum(calls)');
