import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { lastLines, startChild, type Child } from './child.ts';
import { serverDidNotStart } from './errors.ts';
import { kafkaAnswers } from './kafka-answers.ts';
import { brokerProperties, type BrokerNode } from './kafka-properties.ts';
import { freePort } from './ports.ts';
import { until } from './until.ts';

export interface LocalKafka {
  /** `host:port` */
  readonly brokers: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Child['exited'];
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export interface KafkaOptions {
  readonly dataDir: string;
  /** Default: a free port. Give the same port at a restart, so that clients reconnect. */
  readonly port?: number;
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 6_000;
// For one small machine. Only the first compiler tier: it takes a third off the CPU of a start (two starts: 12 s instead of 19).
const JVM = [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
];

/**
 * Starts a Kafka broker (KRaft, broker and controller in one) on 127.0.0.1 with its data in DATA_DIR/kafka,
 * and waits until it answers a metadata request. deploy/prepare.ts downloads its jars.
 * @throws LocalStackError SERVER_DID_NOT_START with the end of its log
 */
export async function startKafka(options: KafkaOptions): Promise<LocalKafka> {
  const port = options.port ?? (await freePort());
  const node = { nodeId: 1, port, controllerPort: await freePort() };
  return startBroker({
    dataDir: options.dataDir,
    name: 'kafka',
    node,
    cluster: [node],
    clusterId: newClusterId(),
  });
}

/** A file system of its own for the log of a broker. */
export interface LogFileSystem {
  /** A command that runs a process on it, and becomes it. */
  readonly within: readonly string[];
  /** Where other processes see the directory of the log. */
  readonly seenAt: string;
}

export interface BrokerOptions {
  readonly dataDir: string;
  /** Names its directory under DATA_DIR, its log and its pid record. */
  readonly name: string;
  readonly node: BrokerNode;
  /** Every broker of its cluster, itself included. */
  readonly cluster: readonly BrokerNode[];
  /** What a new directory is formatted with; one that has an id keeps it. */
  readonly clusterId: string;
  /** Of server.properties, where they differ from a local broker's. */
  readonly properties?: Readonly<Record<string, string>>;
  /** More options for the storage tool that formats a new directory. */
  readonly formatOptions?: readonly string[];
  /** That of DATA_DIR by default. */
  readonly fileSystem?: LogFileSystem;
}

export const logDirOf = (dataDir: string, name: string): string => join(dataDir, name, 'log');

/** One broker of a cluster: see startKafka. With several, it answers once most of them run. */
export async function startBroker(options: BrokerOptions): Promise<LocalKafka> {
  const { dataDir, name, node, cluster, fileSystem } = options;
  const dir = join(dataDir, name);
  const logDir = logDirOf(dataDir, name);
  mkdirSync(dir, { recursive: true });
  const properties = join(dir, 'server.properties');
  writeFileSync(properties, brokerProperties(logDir, node, cluster, options.properties));
  if (!existsSync(join(fileSystem?.seenAt ?? logDir, 'meta.properties')))
    await format(options, dir, properties);
  const [command, ...before] = [...(fileSystem?.within ?? []), java()];
  const args = [...before, ...jvmArgs(dir), 'kafka.Kafka', properties];
  const child = await startChild({ name, command, args, dataDir });
  const brokers = `127.0.0.1:${node.port}`;
  await ready(child, brokers, join(dir, 'server.log'));
  return {
    brokers,
    port: node.port,
    pid: child.pid,
    exited: child.exited,
    stop: () => child.stop(STOP_WITHIN_MS),
    kill: (signal) => child.kill(signal),
  };
}

export const newClusterId = (): string => randomBytes(16).toString('base64url');

/** Gives a new data directory its cluster id; a directory whose formatting was interrupted is formatted again. */
async function format(
  { dataDir, name, clusterId, formatOptions = [], fileSystem }: BrokerOptions,
  dir: string,
  properties: string,
): Promise<void> {
  const [command, ...before] = [...(fileSystem?.within ?? []), java()];
  // With =, because one id in 64 starts with a dash.
  const args = [
    'kafka.tools.StorageTool',
    'format',
    '--ignore-formatted',
    `--cluster-id=${clusterId}`,
    '-c',
    properties,
    ...formatOptions,
  ];
  const tool = await startChild({
    name: `${name}-format`,
    command,
    args: [...before, ...jvmArgs(dir), ...args],
    dataDir,
  });
  if ((await tool.exited).code === 0) return;
  throw serverDidNotStart('Kafka', 'could not format its directory', tool.logFile, lastLines(tool.logFile));
}

async function ready(child: Child, brokers: string, serverLog: string): Promise<void> {
  let ended = false;
  void child.exited.then(() => (ended = true));
  if ((await until(async () => ended || (await kafkaAnswers(brokers)), READY_WITHIN_MS)) && !ended) return;
  await child.stop(0);
  const what = ended ? 'ended while it started' : `did not answer within ${READY_WITHIN_MS / 1_000} s`;
  const log = existsSync(serverLog) ? serverLog : child.logFile;
  throw serverDidNotStart('Kafka', what, log, lastLines(log));
}

function java(): string {
  const home = process.env['JAVA_HOME'];
  return home ? join(home, 'bin', 'java') : 'java';
}

function jvmArgs(dir: string): string[] {
  const local = join(projectRoot(), 'deploy/local/kafka');
  return [
    ...JVM,
    `-Dlog4j2.configurationFile=${join(local, 'log4j2.properties')}`,
    `-Dkafka.server.log=${join(dir, 'server.log')}`,
    '-cp',
    join(local, 'target/jars/*'),
  ];
}
