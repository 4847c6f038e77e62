import {
  logDirOf,
  newClusterId,
  startBroker,
  type BrokerOptions,
  type LocalKafka,
  type LogFileSystem,
} from './kafka.ts';
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
  /** Resolves when the process that runs now has ended, by itself too. */
  exited(): Promise<void>;
  /** Starts it again on its data and its ports; resolves when it answers, which takes most of the cluster. */
  start(): Promise<void>;
}

export interface KafkaClusterOptions {
  /** An odd number: a majority of the controllers must run. Default: 3. */
  readonly size?: number;
  /** Opens a link to the port of a broker: clients and the other brokers come through its port. */
  readonly linkTo?: (port: number) => Promise<number>;
  /** Makes a file system of its own for a broker's log. */
  readonly fileSystemOf?: (name: string, logDir: string) => Promise<LogFileSystem | undefined>;
}

/**
 * Starts brokers that replicate to each other (three replicas of a topic, of which two acknowledge) and waits until
 * each answers. For tests and the fault run: one broker, or topics of one partition, cannot show what happens when a
 * partition moves. Each broker has a rack of its own, `rack-1` and so on, and leaders send clients to a replica in theirs.
 */
export async function startKafkaCluster(
  dataDir: string,
  { size = 3, linkTo, fileSystemOf }: KafkaClusterOptions = {},
): Promise<KafkaCluster> {
  const clusterId = newClusterId();
  const nodes: BrokerNode[] = [];
  const advertised: number[] = [];
  for (let nodeId = 1; nodeId <= size; nodeId += 1) {
    const port = await freePort();
    nodes.push({ nodeId, port, controllerPort: await freePort() });
    advertised.push((await linkTo?.(port)) ?? port);
  }
  const members: Member[] = [];
  for (const [index, node] of nodes.entries()) {
    const port = advertised[index] ?? node.port;
    const properties = { ...rackOf(node), 'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}` };
    const name = `kafka-${node.nodeId}`;
    const fileSystem = await fileSystemOf?.(name, logDirOf(dataDir, name));
    const broker = { dataDir, name, node, cluster: nodes, clusterId, properties };
    members.push(new Member({ ...broker, ...(fileSystem && { fileSystem }) }));
  }
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
  };
  const started = await Promise.allSettled(members.map((member) => member.start()));
  const failed = started.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failed.length > 0) {
    await stop();
    throw new AggregateError(failed, failed.map(String).join('\n'));
  }
  return { brokers: advertised.map((port) => `127.0.0.1:${port}`).join(','), members, stop };
}

const rackOf = ({ nodeId }: BrokerNode): Record<string, string> => ({
  'broker.rack': `rack-${nodeId}`,
  'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
});

class Member implements ClusterMember {
  readonly name: string;
  readonly #start: () => Promise<LocalKafka>;
  #running: LocalKafka | undefined;
  #starting: Promise<void> = Promise.resolve();

  constructor(options: BrokerOptions) {
    this.name = options.name;
    this.#start = () => startBroker(options);
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

  async exited(): Promise<void> {
    await this.#running?.exited;
  }

  /** Ends it also while it starts. */
  async stop(): Promise<void> {
    await this.#starting.catch(() => undefined);
    await this.#running?.stop();
  }
}
