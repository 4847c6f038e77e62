import { resolve } from 'node:path';
import { Type } from 'typebox';
import { aggregatorVariables } from '../../aggregator/config.ts';
import { readGivenKeys } from '../../api/auth/keys.ts';
import { apiVariables } from '../../api/config.ts';
import { consumerVariables } from '../../consumers/config.ts';
import { readBoth, readConfig } from '../../platform/config.ts';
import { brokerList, httpAddress, orgVariables } from '../../platform/variables.ts';
import { assertRetention } from '../../store/retention.ts';

type Environment = Readonly<Record<string, string | undefined>>;
const PORT_NUMBER = { minimum: 1, maximum: 65_535 };

const localVariables = {
  // What the processes read is read here as well, so that all mistakes are reported together, before anything starts.
  ...consumerVariables,
  ...aggregatorVariables,
  ...apiVariables,
  // The local stack's pure rule of interfaces.md, "Replay of an access log".
  UNKNOWN_ORGS: { ...orgVariables.UNKNOWN_ORGS, default: 'local' },
  PORT: Type.Integer({ ...PORT_NUMBER, default: 8080, description: 'the port of the API' }),
  DATA_DIR: Type.String({ default: '.data', minLength: 1 }),
  REPLAY: Type.Enum(['sample', 'none'], { default: 'sample' }),
  CALL_PARTITIONS: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 1_000,
    description: 'of the call topic, when it is created',
  }),
  KAFKA_BROKERS: brokerList({ default: '', description: 'use this Kafka instead of a local one' }),
  CLICKHOUSE_URL: httpAddress({ default: '', description: 'use this ClickHouse instead of a local one' }),
  KAFKA_PORT: Type.Optional(
    Type.Integer({ ...PORT_NUMBER, description: 'of the local Kafka, otherwise a free one' }),
  ),
  CLICKHOUSE_PORT: Type.Optional(
    Type.Integer({ ...PORT_NUMBER, description: 'of the local ClickHouse, otherwise a free one' }),
  ),
};

export type LocalConfig = ReturnType<typeof readLocalConfig>;

/** The settings of `npm start`, DATA_DIR as an absolute path. Throws ConfigError with every mistake at once. */
export function readLocalConfig(env: Environment) {
  const [config] = readBoth(
    () => {
      const read = readConfig(env, localVariables);
      assertRetention(read);
      return read;
    },
    () => readGivenKeys(env),
  );
  return { ...config, DATA_DIR: resolve(config.DATA_DIR) };
}
