import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';

/** A broker that starts may take a request and never answer it. */
const REQUEST_TIMEOUT_MS = 2_000;
const SILENT = { debug: () => undefined, warn: () => undefined };

/** Whether Kafka serves: a broker that only listens does not answer with a list of brokers yet. @param brokers `host:port,...` */
export async function kafkaAnswers(brokers: string): Promise<boolean> {
  return (await whyKafkaDoesNotServe({ KAFKA_BROKERS: brokers })) === undefined;
}

/** @returns undefined where Kafka serves */
export async function whyKafkaDoesNotServe(config: KafkaConfig): Promise<Error | undefined> {
  const admin = connectKafka(config, 'api-credits start', SILENT, 0, REQUEST_TIMEOUT_MS).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0 ? undefined : new Error('it has no broker yet');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await admin.disconnect();
  }
}
