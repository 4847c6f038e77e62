import { resolve } from 'node:path';
import { Type } from 'typebox';
import { aggregatorVariables } from '../../aggregator/config.ts';
import { alertsVariables } from '../../alerts/config.ts';
import { readGivenKeys } from '../../platform/tokens/keys.ts';
import { apiVariables } from '../../api/config.ts';
import { replicationOf, replicationProblems } from '../../cli/topics-config.ts';
import { consumerVariables } from '../../consumers/config.ts';
import { ConfigError, readBoth, type Environment } from '../../platform/config.ts';
import type { KafkaConfig } from '../../platform/kafka/connect.ts';
import { readKafkaConfig } from '../../platform/kafka/config.ts';
import { clickhouseAddresses } from '../../platform/clickhouse/variables.ts';
import { brokerList, topicVariables } from '../../platform/kafka/variables.ts';
import { orgVariables, stopTimeout } from '../../platform/variables.ts';
import { readRegistryAccess } from '../../platform/schema-registry/variables.ts';
import { assertRetention } from '../../store/retention.ts';
import { signInProblems } from './sign-in-obstacles.ts';

/** Someone at a terminal waits for the stop. */
const STOP_TIMEOUT_MS = 4_000;
/** A process exits by itself at its own limit before the stack kills it. */
const KILL_MARGIN_MS = 1_000;
const PORT_NUMBER = { minimum: 1, maximum: 65_535 };

const localVariables = {
  // Those of the processes too, so that all problems are reported together before anything starts.
  ...consumerVariables,
  ...aggregatorVariables,
  ...alertsVariables,
  ...apiVariables,
  // The local stack's pure rule of interfaces.md, "Replay of an access log".
  UNKNOWN_ORGS: { ...orgVariables.UNKNOWN_ORGS, default: 'local' },
  STOP_TIMEOUT_MS: stopTimeout(STOP_TIMEOUT_MS),
  PORT: Type.Integer({ ...PORT_NUMBER, default: 8080, description: 'the port of the API' }),
  DATA_DIR: Type.String({ default: '.data', minLength: 1 }),
  REPLAY: Type.Enum(['sample', 'none'], { default: 'sample' }),
  CALL_PARTITIONS: topicVariables.CALL_PARTITIONS,
  REPLICATION_FACTOR: topicVariables.REPLICATION_FACTOR,
  MIN_INSYNC_REPLICAS: topicVariables.MIN_INSYNC_REPLICAS,
  KAFKA_BROKERS: brokerList({ default: '', description: 'use this Kafka instead of a local one' }),
  CLICKHOUSE_URL: clickhouseAddresses({
    default: '',
    description: 'use this ClickHouse instead of a local one',
  }),
  KAFKA_PORT: Type.Optional(
    Type.Integer({ ...PORT_NUMBER, description: 'port of the local Kafka; default: a free one' }),
  ),
  CLICKHOUSE_PORT: Type.Optional(
    Type.Integer({ ...PORT_NUMBER, description: 'port of the local ClickHouse; default: a free one' }),
  ),
};

type LocalKafkaConfig = Required<KafkaConfig> & { readonly REPLICATION_FACTOR: number };

export type LocalConfig = ReturnType<typeof readLocalConfig>;

/** The configuration of `npm start`, DATA_DIR as an absolute path. @throws ConfigError with every problem at once */
export function readLocalConfig(env: Environment) {
  const [config] = readBoth(
    () => {
      const read = readKafkaConfig(env, localVariables);
      readBoth(
        () => assertRetention(read),
        () => readRegistryAccess(read),
      );
      return read;
    },
    () => readGivenKeys(env),
  );
  const problems = [
    ...signInProblems(config, env),
    ...localKafkaProblems(config),
    ...(config.CLICKHOUSE_CLUSTER !== '' && config.CLICKHOUSE_URL === ''
      ? ['CLICKHOUSE_CLUSTER is only for a CLICKHOUSE_URL that is given']
      : []),
    ...replicationProblems(replicationOf(config)),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  // Where nothing is said, given brokers decide by their own defaults.
  const isSaid = Boolean(env['REPLICATION_FACTOR'] || env['MIN_INSYNC_REPLICAS']);
  const replication = isSaid ? replicationOf(config) : undefined;
  return { ...config, DATA_DIR: resolve(config.DATA_DIR), replication };
}

/** The local Kafka is plain, on this machine alone. */
function localKafkaProblems({
  KAFKA_BROKERS,
  kafkaSecurity: { tls, sasl },
  REPLICATION_FACTOR,
}: LocalKafkaConfig): string[] {
  if (KAFKA_BROKERS !== '') return [];
  return [
    ...(REPLICATION_FACTOR > 1
      ? ['REPLICATION_FACTOR above 1 is only for KAFKA_BROKERS that are given']
      : []),
    ...(tls ? ['KAFKA_TLS=on is only for KAFKA_BROKERS that are given'] : []),
    ...(sasl ? ['KAFKA_SASL_MECHANISM is only for KAFKA_BROKERS that are given'] : []),
  ];
}

/** How long the stack waits for one of its processes to stop before it kills it. */
export const killAfterMs = (config: Pick<LocalConfig, 'STOP_TIMEOUT_MS'>): number =>
  config.STOP_TIMEOUT_MS + KILL_MARGIN_MS;
