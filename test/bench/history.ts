import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/** Hours of calls that have landed long ago, as call_events holds them. */
export interface History {
  /** Epoch milliseconds, the start of an hour. */
  readonly from: number;
  readonly hours: number;
  readonly callsAnHour: number;
}

/** Every other call is the first one's; five thousand share the rest. */
export const GIANT_ORG = 'org-0';
export const TYPICAL_ORG = 'org-505';

/**
 * Lands the calls without Kafka, every tenth of them a second time as a redelivery does. The marks that rows of past
 * hours leave are removed: what is sealed afterwards is clean.
 */
export async function landHistory(settings: NamespaceSettings, history: History): Promise<void> {
  await migrate(settings);
  const client = connectClickHouse(settings, 'bench');
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
          // A redelivery, or a second copy further on in the log: the first one counts.
          offset: hour * callsAnHour + (every === 1 ? 0 : hours * callsAnHour),
          every,
        },
      });
    }
  }
}
