const NODE_ID = 1;

export interface BrokerPlace {
  readonly logDir: string;
  readonly port: number;
  readonly controllerPort: number;
}

/** server.properties of the one local broker: as durable as one machine can be, quick to start and to join. */
export function brokerProperties({ logDir, port, controllerPort }: BrokerPlace): string {
  return lines({
    'process.roles': 'broker,controller',
    'node.id': NODE_ID,
    'controller.quorum.voters': `${NODE_ID}@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    // One broker, so one replica of everything.
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
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
