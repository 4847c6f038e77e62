/** A broker's id in its cluster and its ports on 127.0.0.1. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly port: number;
  readonly controllerPort: number;
}

/**
 * server.properties of a local broker: as durable as one machine can be, quick to start and to join.
 * @param cluster every broker of the cluster, this one included; each is a controller too
 * @param more takes precedence
 */
export function brokerProperties(
  logDir: string,
  node: BrokerNode,
  cluster: readonly BrokerNode[],
  more: Readonly<Record<string, string>> = {},
): string {
  const { nodeId, port, controllerPort } = node;
  const isReplicated = cluster.length >= 3;
  const [replicas, inSync] = isReplicated ? [3, 2] : [1, 1];
  return lines({
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': cluster
      .map((each) => `${each.nodeId}@127.0.0.1:${each.controllerPort}`)
      .join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    // The partitions of a killed broker have another leader after 3 s instead of 9.
    ...(isReplicated && { 'broker.session.timeout.ms': 3_000, 'broker.heartbeat.interval.ms': 500 }),
    // The default, 50 partitions each, means files to open at every start; a local stack has few groups.
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.num.partitions': 4,
    // By default a new group waits 3 s for more members.
    'group.initial.rebalance.delay.ms': 0,
    // Lets SESSION_TIMEOUT_MS be short, so that a killed consumer's partitions are free again soon.
    'group.min.session.timeout.ms': 1_000,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.segment.bytes': 256 * 2 ** 20,
    ...more,
  });
}

function lines(properties: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? escape(value) : value}\n`)
    .join('');
}

/** A backslash is the one character of a path that means something else in Java's properties. */
function escape(value: string): string {
  return value.replaceAll('\\', '\\\\');
}
