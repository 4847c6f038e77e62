import { Type } from 'typebox';
import { until } from '../../deploy/local/until.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { callEventSchemaJson } from '../../schemas/call-event.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { TestSchemaRegistry } from '../servers/schema-registry.ts';
import { PARTITIONS } from './call-topics.ts';

/** The id of the current schema in the registry. */
export const SCHEMA_ID = 1;
const CONSUMERS = 2;
const ASSIGNED_WITHIN_MS = 60_000;
const Assigned = Type.Object({ partitions: Type.Integer() });

/** A registry that has the current schema, for ClickHouse to read. */
export function startRegistry(): Promise<TestSchemaRegistry> {
  const registry = new TestSchemaRegistry();
  registry.add(SCHEMA_ID, { schema: callEventSchemaJson });
  return registry.start();
}

interface EngineSource {
  readonly registryUrl: string;
  readonly topic: string;
  readonly group: string;
}

/**
 * Lands a topic of framed records by ClickHouse's own Kafka engine: two consumers, AvroConfluent, insert batches as large as our
 * consumer's, through a materialized view into call_events, whose own views trace conflicts and invalidate hours as ever.
 * @returns what ends it
 */
export async function startKafkaEngine(
  client: ClickHouseClient,
  namespace: NamespaceSettings,
  { registryUrl, topic, group }: EngineSource,
): Promise<() => Promise<void>> {
  await client.command({
    query: `CREATE TABLE kafka_calls
      (
          event_id FixedString(16), occurred_at DateTime64(3, 'UTC'), org_id String, product String, user_id String, app_id String,
          method String, endpoint String, module String, status Int32, credits UInt32, rule String, units Int64,
          rejection_cause String, source_address String, duration_ms Nullable(Int32)
      )
      ENGINE = Kafka
      SETTINGS kafka_broker_list = '${namespace.KAFKA_BROKERS}', kafka_topic_list = '${topic}',
        kafka_group_name = '${namespace.TOPIC_PREFIX}${group}', kafka_format = 'AvroConfluent',
        format_avro_schema_registry_url = '${registryUrl}', kafka_num_consumers = ${CONSUMERS},
        kafka_thread_per_consumer = 1, kafka_max_block_size = 50000, kafka_flush_interval_ms = 150`,
  });
  await client.command({
    query: `CREATE MATERIALIZED VIEW kafka_calls_land TO call_events AS
      SELECT reinterpretAsUUID(concat(reverse(substring(kafka_calls.event_id, 1, 8)), reverse(substring(kafka_calls.event_id, 9, 8)))) AS event_id,
        occurred_at, org_id, product, user_id, app_id, method, endpoint, module, status, credits, rule,
        units, rejection_cause, source_address, duration_ms, toUInt16(_partition) AS kafka_partition,
        _offset AS kafka_offset, ifNull(_timestamp_ms, toDateTime64(0, 3, 'UTC')) AS appended_at
      FROM kafka_calls`,
  });
  const isAssigned = async (): Promise<boolean> => {
    const [row] = await select(
      client,
      Assigned,
      `SELECT sum(length(assignments.partition_id)) AS partitions FROM system.kafka_consumers
       WHERE database = currentDatabase() AND table = 'kafka_calls'`,
    );
    return row?.partitions === PARTITIONS;
  };
  if (!(await until(isAssigned, ASSIGNED_WITHIN_MS)))
    throw new Error('ClickHouse’s Kafka engine got no partitions in time.');
  return async () => {
    for (const drop of ['VIEW kafka_calls_land', 'TABLE kafka_calls'])
      await client.command({ query: `DROP ${drop} SYNC` });
  };
}
