import { stopIdleTimers } from '../../platform/kafka/kafkajs-idle.ts';
import { Kafka, logLevel } from '../../platform/kafka/kafkajs.ts';

/** Whether Kafka serves: a broker that only listens does not answer with a list of brokers yet. @param brokers `host:port,...` */
export async function kafkaAnswers(brokers: string): Promise<boolean> {
  stopIdleTimers();
  const admin = new Kafka({
    brokers: brokers.split(',').map((broker) => broker.trim()),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } catch {
    return false; // not yet
  } finally {
    await admin.disconnect();
  }
}
