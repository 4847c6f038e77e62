import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterMember, KafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import { until } from '../../deploy/local/until.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import type { Fault } from './plan.ts';

const WHOLE_WITHIN_MS = 30_000;

/**
 * Kills brokers and starts them again after a while, or holds them, once every replica is in sync. Kafka promises to
 * keep what it acknowledged for as long as one in-sync replica of each partition is never killed: a broker that is
 * still catching up is none.
 * @returns false where the replicas did not come in sync in time
 */
export async function injectIntoBrokers(cluster: KafkaCluster, fault: Fault): Promise<boolean> {
  if (!(await until(() => isInSync(cluster.brokers), WHOLE_WITHIN_MS))) return false;
  const hit = brokersOf(cluster, fault);
  if (fault.kind === 'freeze') {
    for (const member of hit) member.signal('SIGSTOP');
    await sleep(fault.forMs);
    for (const member of hit) member.signal('SIGCONT');
    return true;
  }
  await Promise.all(hit.map((member) => member.kill()));
  await sleep(fault.forMs);
  await Promise.all(hit.map((member) => member.start()));
  return true;
}

export function brokersOf(cluster: KafkaCluster, { brokers = [] }: Fault): ClusterMember[] {
  return cluster.members.filter((_, index) => brokers.includes(index));
}

/** Whether every partition, of the consumers' offsets too, has all of its replicas. */
async function isInSync(brokers: string): Promise<boolean> {
  const kafka = connectKafka({ KAFKA_BROKERS: brokers }, 'chaos', createLogger('chaos', 'silent'), 1);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata();
    return topics.every(({ partitions }) =>
      partitions.every(({ isr, replicas }) => isr.length === replicas.length),
    );
  } catch {
    return false; // not yet
  } finally {
    await admin.disconnect();
  }
}
