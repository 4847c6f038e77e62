import { Type } from 'typebox';
import { readBoth, type Environment } from '../platform/config.ts';
import { healthVariables } from '../platform/health/variables.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { readTokenKeys } from '../platform/tokens/keys.ts';
import { tokenRuleVariables } from '../platform/tokens/rules.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables, replicationVariables } from '../platform/kafka/variables.ts';
import { httpAddress, orgVariables, processVariables } from '../platform/variables.ts';
import { GATE_TIMING } from '../domain/gate/timing.ts';

/** The environment variables of the gate, without those of the tokens’ keys (platform/tokens/keys.ts). */
export const gateVariables = {
  ...kafkaVariables,
  ...clickhouseVariables,
  ...processVariables,
  ...healthVariables,
  ...replicationVariables,
  ...orgVariables,
  ...tokenRuleVariables,
  HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'the address to listen on' }),
  PORT: Type.Integer({ default: 8090, minimum: 0, maximum: 65_535, description: 'the port to listen on' }),
  GATE_URL: httpAddress({
    default: '',
    description: 'where API servers and the other gates reach this one; default: HOST and PORT',
  }),
  GATE_SESSION_MS: Type.Integer({
    default: 6_000,
    minimum: 1_000,
    maximum: 60_000,
    description:
      'how long a gate that Kafka does not hear from keeps its organisations; the next one waits as long',
  }),
  CLOCK_DIFFERENCE_MS: Type.Integer({
    default: GATE_TIMING.clockDifferenceMs,
    minimum: 0,
    maximum: 60_000,
    description: 'how far the clock of an API server may be from ClickHouse’s',
  }),
};

/** The configuration of the gate. @throws ConfigError with every problem at once */
export function readGateConfig(env: Environment) {
  const [config, keys] = readBoth(
    () => readKafkaConfig(env, gateVariables),
    () => readTokenKeys(env),
  );
  return { ...config, keys };
}
export type GateConfig = ReturnType<typeof readGateConfig>;
