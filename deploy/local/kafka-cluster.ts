import { newClusterId, startBroker, type LocalKafka } from './kafka.ts';
import type { BrokerNode } from './kafka-properties.ts';
import { freePort } from './ports.ts';

/** Several brokers on one machine, each with its own directory and ports, to be killed and started again. */
export interface KafkaCluster {
  /** Of all of them: `host:port,...` */
  readonly brokers: string;
  readonly members: readonly ClusterMember[];
  stop(): Promise<void>;
}

export interface ClusterMember {
  readonly name: string;
  /** @returns whether it ran */
  signal(signal: NodeJS.Signals): boolean;
  /** Ends it at once, as a machine that loses its power does. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on its data and its ports; resolves when it answers, which takes most of the cluster. */
  start(): Promise<void>;
}

/**
 * Starts brokers that replicate to each other (three replicas of a topic, of which two acknowledge) and waits until
 * each answers. For tests and the fault run: one broker, or topics of one partition, cannot show what happens when a
 * partition moves. Each broker has a rack of its own, `rack-1` and so on, and leaders send clients to a replica in theirs.
 * @param size an odd number: a majority of the controllers must run
 */
export async function startKafkaCluster(dataDir: string, size = 3): Promise<KafkaCluster> {
  const clusterId = newClusterId();
  const nodes: BrokerNode[] = [];
  for (let nodeId = 1; nodeId <= size; nodeId += 1) {
    nodes.push({ nodeId, port: await freePort(), controllerPort: await freePort() });
  }
  const members = nodes.map((node) => new Member(dataDir, node, nodes, clusterId));
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
  };
  const started = await Promise.allSettled(members.map((member) => member.start()));
  const failed = started.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failed.length > 0) {
    await stop();
    throw new AggregateError(failed, failed.map(String).join('\n'));
  }
  return { brokers: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','), members, stop };
}

class Member implements ClusterMember {
  readonly name: string;
  readonly #start: () => Promise<LocalKafka>;
  #running: LocalKafka | undefined;
  #starting: Promise<void> = Promise.resolve();

  constructor(dataDir: string, node: BrokerNode, cluster: readonly BrokerNode[], clusterId: string) {
    this.name = `kafka-${node.nodeId}`;
    const properties = {
      'broker.rack': `rack-${node.nodeId}`,
      'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
    };
    this.#start = () => startBroker({ dataDir, name: this.name, node, cluster, clusterId, properties });
  }

  start(): Promise<void> {
    const start = async (): Promise<void> => {
      this.#running = await this.#start();
    };
    return (this.#starting = start());
  }

  signal(signal: NodeJS.Signals): boolean {
    this.#running?.kill(signal);
    return this.#running !== undefined;
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.kill('SIGKILL');
    await running?.exited;
  }

  /** Ends it also while it starts. */
  async stop(): Promise<void> {
    await this.#starting.catch(() => undefined);
    await this.#running?.stop();
  }
}
