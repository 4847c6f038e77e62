import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort } from '../../deploy/local/ports.ts';
import type { Servers } from './servers.ts';

const KAFKA_IMAGE = 'apache/kafka:4.3.1';
const CLICKHOUSE_IMAGE = 'clickhouse/clickhouse-server:26.7';
const CLICKHOUSE_PORT = 8123;

/** Whether a Docker engine answers; a Docker client alone is not enough. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    await promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5_000 });
    return true;
  } catch {
    return false; // no client, or a client without an engine
  }
}

/** The official images, through testcontainers, which also removes them when this process is killed. */
export async function startContainers(): Promise<Servers> {
  // Loaded only here: it is large, and most runs have no Docker engine.
  const { GenericContainer, Wait } = await import('testcontainers');
  // The broker tells clients its own address, so inside and outside must have the same port.
  const kafkaPort = await freePort();
  const [kafka, clickhouse] = await Promise.all([
    new GenericContainer(KAFKA_IMAGE)
      .withExposedPorts({ container: kafkaPort, host: kafkaPort })
      .withEnvironment(kafkaEnvironment(kafkaPort))
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .start(),
    new GenericContainer(CLICKHOUSE_IMAGE)
      .withExposedPorts(CLICKHOUSE_PORT)
      // Otherwise the user `default` may only come from inside the container.
      .withEnvironment({ CLICKHOUSE_SKIP_USER_SETUP: '1' })
      .withWaitStrategy(Wait.forHttp('/ping', CLICKHOUSE_PORT))
      .start(),
  ]);
  return {
    kafkaBrokers: `${kafka.getHost()}:${kafkaPort}`,
    clickhouseUrl: `http://${clickhouse.getHost()}:${clickhouse.getMappedPort(CLICKHOUSE_PORT)}`,
    clickhouseUser: 'default',
    clickhousePassword: '',
    stop: async () => {
      await Promise.all([kafka.stop(), clickhouse.stop()]);
    },
  };
}

function kafkaEnvironment(port: number): Record<string, string> {
  return {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:9093',
    KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://127.0.0.1:9093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  };
}
