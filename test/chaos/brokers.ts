import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterMember, KafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import { until } from '../../deploy/local/until.ts';
import { attemptWithAdmin } from './broker-reads.ts';
import type { Disks } from './disks.ts';
import type { Fault } from './fault.ts';

/** The one before may have to end first, and its brokers to catch up. */
const BEGINS_WITHIN_MS = 60_000;
/** Something is appended to each broker all the time, to the log of the controllers at least. */
const HALTS_WITHIN_MS = 30_000;

/**
 * Kills brokers and starts them again after a while, holds them, or fills the disk of one: one fault after the other, and each only where
 * every replica is in sync. Kafka keeps what it acknowledged for as long as an in-sync replica of each partition
 * stays alive, and a broker that still catches up is none.
 */
export class BrokerFaults {
  readonly #cluster: KafkaCluster;
  readonly #disks: Pick<Disks, 'of'>;
  #last: Promise<unknown> = Promise.resolve();

  /** @param disks of brokers; one without is killed where its disk is to be full */
  constructor(cluster: KafkaCluster, disks: Pick<Disks, 'of'>) {
    this.#cluster = cluster;
    this.#disks = disks;
  }

  /**
   * Ends when all brokers run again.
   * @param onBegin called when its turn has come
   * @returns false where the replicas were not in sync in time, or a broker did not halt
   */
  async inject(fault: Fault, onBegin: () => void): Promise<boolean> {
    const injected = this.#inTurn(fault, onBegin, this.#last);
    this.#last = injected.catch(() => undefined);
    return injected;
  }

  async #inTurn(
    { kind, forMs, brokers = [] }: Fault,
    onBegin: () => void,
    earlier: Promise<unknown>,
  ): Promise<boolean> {
    const latest = Date.now() + BEGINS_WITHIN_MS;
    await earlier;
    if (!(await until(() => isInSync(this.#cluster.brokers), latest - Date.now()))) return false;
    onBegin();
    const hit = this.#cluster.members.filter((_, index) => brokers.includes(index));
    if (kind === 'full-broker')
      return (await Promise.all(hit.map((each) => this.#fill(each, forMs)))).every(Boolean);
    if (kind === 'freeze') {
      for (const member of hit) member.signal('SIGSTOP');
      await sleep(forMs);
      for (const member of hit) member.signal('SIGCONT');
      return true;
    }
    await Promise.all(hit.map((member) => member.kill()));
    await sleep(forMs);
    await Promise.all(hit.map((member) => member.start()));
    return true;
  }

  /** @returns whether the broker has halted by itself */
  async #fill(member: ClusterMember, forMs: number): Promise<boolean> {
    const disk = this.#disks.of(member.name);
    let hasHalted = true;
    if (disk) {
      await disk.fill();
      const halted = member.exited().then(() => true);
      hasHalted = await Promise.race([halted, sleep(HALTS_WITHIN_MS, false, { ref: false })]);
    }
    await member.kill();
    await sleep(forMs);
    await disk?.release();
    await member.start();
    return hasHalted;
  }
}

/** Whether every partition, of the consumers' offsets too, has all of its replicas. */
async function isInSync(brokers: string): Promise<boolean> {
  const metadata = await attemptWithAdmin(brokers, (admin) => admin.fetchTopicMetadata());
  return (
    metadata?.topics.every(({ partitions }) =>
      partitions.every(({ isr, replicas }) => isr.length === replicas.length),
    ) ?? false
  );
}
