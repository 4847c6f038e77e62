import { join, resolve } from 'node:path';
import { Type } from 'typebox';
import { ConfigError, readBoth, type Environment } from '../platform/config.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables, replicationVariables } from '../platform/kafka/variables.ts';
import {
  processVariables,
  orgVariables,
  eventTimeVariables,
  closingVariables,
  invalidRecordVariables,
  webhookVariables,
} from '../platform/variables.ts';
import { retentionVariables } from '../store/retention.ts';
import { readRegistryAccess, schemaRegistryVariables } from '../platform/schema-registry/variables.ts';
import { tracingVariables } from '../platform/tracing/variables.ts';
import { isLoopback } from '../platform/loopback.ts';
import { readTokenKeys } from '../platform/tokens/keys.ts';
import { tokenRuleVariables } from '../platform/tokens/rules.ts';
import { QUERIES } from './clickhouse.ts';
import { trustedProxiesVariable } from './http/trusted-proxies.ts';
import { readSignInConfig } from './sign-in/config.ts';

const ON = ['on', '1', 'true'] as const;
const OFF = ['off', '0', 'false'] as const;

/** The environment variables of the API, without those of the tokens’ keys (auth/keys.ts). */
export const apiVariables = {
  ...clickhouseVariables,
  ...processVariables,
  ...replicationVariables,
  ...tracingVariables,
  ...orgVariables,
  ...eventTimeVariables,
  ...closingVariables,
  ...invalidRecordVariables,
  ...kafkaVariables,
  ...schemaRegistryVariables,
  ...webhookVariables,
  HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'the address to listen on' }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'the port to listen on' }),
  SOURCE_RETENTION_DAYS: retentionVariables.SOURCE_RETENTION_DAYS,
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    default: 6_000,
    minimum: 1,
    description:
      'requests a minute for each token, or for each address without a token, counted by each API process',
  }),
  CLICKHOUSE_QUERIES: Type.Integer({
    default: QUERIES,
    minimum: 3,
    maximum: 1_000,
    description:
      'reports that an API process reads from ClickHouse at once: four for each core of ClickHouse, divided by the number of API processes. An organisation uses a third of them at most; current usage has as many beside, and at least four. A query that begins while half of them run uses one core',
  }),
  STATEMENT_ISSUER: Type.String({
    default: 'API credits',
    minLength: 1,
    maxLength: 200,
    description: 'the issuer printed on statements',
  }),
  TRUSTED_PROXIES: trustedProxiesVariable,
  ...tokenRuleVariables,
  LOCAL_SIGN_IN: Type.Enum(['', ...ON, ...OFF], {
    default: '',
    description:
      'on lets the user of a local stack sign in as anyone, by a link that only the terminal shows',
  }),
  DATA_DIR: Type.String({ default: '', description: 'of the local stack, for LOCAL_SIGN_IN' }),
};

export const isOn = (text: string): boolean => ON.some((word) => word === text);
export const isOff = (text: string): boolean => OFF.some((word) => word === text);

/** The API's settings. Throws one ConfigError with all mistakes, those of the token keys and the sign-in included. */
export function readApiConfig(env: Environment) {
  const [[config, keys], signIn] = readBoth(
    () =>
      readBoth(
        () => readKafkaConfig(env, apiVariables),
        () => readTokenKeys(env),
      ),
    () => readSignInConfig(env),
  );
  const [registry] = readBoth(
    () => readRegistryAccess(config),
    () => assertSignInIsLocal(config, env),
  );
  return { ...config, keys, signIn, registry };
}

interface SignInConfig {
  readonly LOCAL_SIGN_IN: string;
  readonly HOST: string;
  readonly TRUSTED_PROXIES: string;
  readonly DATA_DIR: string;
}

/**
 * Local sign-in lets anyone with a code sign in as anyone, so only this machine may reach it, and only the secret of
 * a local stack signs for it: a token of a given secret may be good elsewhere.
 */
function assertSignInIsLocal(
  { LOCAL_SIGN_IN, HOST, TRUSTED_PROXIES, DATA_DIR }: SignInConfig,
  env: Environment,
): void {
  if (!isOn(LOCAL_SIGN_IN)) return;
  const { JWT_SECRET_FILE: file = '', JWKS_URL = '', OIDC_ISSUER = '' } = env;
  const hasOwnSecret = DATA_DIR !== '' && file !== '' && resolve(file) === resolve(join(DATA_DIR, 'secret'));
  const problems = [
    !isLoopback(HOST) && `LOCAL_SIGN_IN works on a loopback address only, but HOST is ${HOST}`,
    !hasOwnSecret &&
      'LOCAL_SIGN_IN needs the secret of a local stack: JWT_SECRET_FILE must be the file "secret" of its DATA_DIR',
    JWKS_URL !== '' && 'LOCAL_SIGN_IN is only for a stack without JWKS_URL',
    OIDC_ISSUER !== '' && 'LOCAL_SIGN_IN is only for a stack without OIDC_ISSUER',
    TRUSTED_PROXIES !== '' && 'LOCAL_SIGN_IN is only for a stack without TRUSTED_PROXIES',
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new ConfigError(problems);
}
