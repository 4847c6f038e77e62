import { withoutCredentials } from '../../platform/credentials.ts';
import type { KafkaConfig } from '../../platform/kafka/connect.ts';
import { LocalStackError } from './errors.ts';
import { reasonForNoKafka } from './kafka-answers.ts';

/** @param config with KAFKA_BROKERS as given @throws LocalStackError KAFKA_UNREACHABLE */
export async function assertKafkaAnswers(config: KafkaConfig): Promise<void> {
  const reason = await reasonForNoKafka(config);
  if (reason === undefined) return;
  throw new LocalStackError(
    'KAFKA_UNREACHABLE',
    `No Kafka answers at KAFKA_BROKERS=${config.KAFKA_BROKERS} (${reason}). ` +
      'Start it, correct the settings, or leave KAFKA_BROKERS out to run a local one.',
  );
}

/** @param url CLICKHOUSE_URL as given @throws LocalStackError CLICKHOUSE_UNREACHABLE */
export async function assertClickHouseAnswers(url: string): Promise<void> {
  const reason = await reasonForNoAnswer(url);
  if (reason === undefined) return;
  throw new LocalStackError(
    'CLICKHOUSE_UNREACHABLE',
    `No ClickHouse answers at CLICKHOUSE_URL=${withoutCredentials(url)} (${reason}). ` +
      'Start it, correct the address, or leave CLICKHOUSE_URL out to run a local one.',
  );
}

async function reasonForNoAnswer(url: string): Promise<string | undefined> {
  try {
    const ping = new URL('/ping', url);
    // A ping needs no credentials, and fetch rejects an address that has some with an error that shows them.
    ping.username = ping.password = '';
    const response = await fetch(ping, { signal: AbortSignal.timeout(5_000) });
    // A local stack's ClickHouse asks even a ping for a login.
    return response.ok || response.status === 401 ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const { cause, message } = error instanceof Error ? error : new Error(String(error));
    return cause instanceof Error ? cause.message : message;
  }
}
