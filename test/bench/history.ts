import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';

/** Hours of calls that landed long ago, as call_events holds them. */
export interface History {
  /** Epoch milliseconds, the start of an hour. */
  readonly from: number;
  readonly hours: number;
  readonly callsAnHour: number;
}

export type HistorySize = Omit<History, 'from'>;

/** The history that ends with the last complete hour. @param now epoch milliseconds */
export const historyBefore = (now: number, size: HistorySize): History => ({
  ...size,
  from: floorTo(now, HOUR_MS) - size.hours * HOUR_MS,
});

/** Every other call belongs to the giant organisation; five thousand share the rest. */
export const GIANT_ORG = 'org-0';
export const TYPICAL_ORG = 'org-505';

/**
 * Lands the calls without Kafka, every tenth of them twice, as after a redelivery. Removes the invalidations that rows
 * of past hours cause, so that no hour is sealed twice.
 */
export async function landHistory(namespace: NamespaceSettings, history: History): Promise<void> {
  await migrate(namespace);
  const client = connectClickHouse(namespace, 'bench');
  try {
    await insertHistory(client, history);
    await client.command({ query: 'TRUNCATE TABLE dirty_marks' });
  } finally {
    await client.close();
  }
}

/** Two inserts for each hour. */
export async function insertHistory(
  client: ClickHouseClient,
  { from, hours, callsAnHour }: History,
): Promise<void> {
  for (let hour = 0; hour < hours; hour += 1) {
    for (const every of [1, 10]) {
      await client.command({
        query: `INSERT INTO call_events (event_id, occurred_at, org_id, product, user_id, app_id, method, endpoint,
            module, status, credits, rule, units, rejection_cause, source_address, duration_ms,
            kafka_partition, kafka_offset, appended_at)
          SELECT reinterpretAsUUID(sipHash128({hour:UInt32}, number)),
            fromUnixTimestamp64Milli({start:Int64} + intDiv(number * ${HOUR_MS}, {calls:UInt32})) AS at,
            concat('org-', toString(if(number % 2 = 0, 0, number % 10000))), 'crm',
            concat('user-', toString(number % 97)), 'web', if(number % 5 = 0, 'POST', 'GET'),
            concat('/v2/leads/', toString(number % 400)), 'leads', if(number % 51 = 0, 429, 200),
            if(number % 51 = 0, 0, 1 + number % 3), 'records', number % 200, '', '10.0.0.7', number % 300,
            number % 8, {offset:UInt64} + number, at
          FROM numbers({calls:UInt32}) WHERE number % {every:UInt32} = 0`,
        query_params: {
          hour,
          start: from + hour * HOUR_MS,
          calls: callsAnHour,
          // A second copy further on in the log. The first one counts.
          offset: hour * callsAnHour + (every === 1 ? 0 : hours * callsAnHour),
          every,
        },
      });
    }
  }
}
