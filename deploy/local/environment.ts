import { join, resolve } from 'node:path';
import type { ClickHouseConfig } from '../../platform/clickhouse/connect.ts';
import type { Environment } from '../../platform/config.ts';
import type { ClickHouseLogin, StackRole } from './clickhouse-users.ts';
import type { LocalConfig } from './config.ts';
import { createSecretFile, secretFile } from './secret.ts';
import { hasLocalSignIn } from './sign-in-obstacles.ts';
import type { Stack } from './stack.ts';
import type { ServerPlaces } from './start-servers.ts';

/**
 * The environment variables that make a process part of this stack. Child processes get them on top of this
 * process's own; other programs find them in DATA_DIR/stack.json. Passwords are named by their files. Those of given
 * servers are left out: who uses such a server has its password.
 */
export function stackEnvironment(
  config: LocalConfig,
  servers: ServerPlaces,
  env: Environment,
): Record<string, string> {
  return {
    KAFKA_BROKERS: servers.brokers,
    TOPIC_PREFIX: config.TOPIC_PREFIX,
    CLICKHOUSE_URL: servers.clickhouseUrl,
    CLICKHOUSE_DATABASE: config.CLICKHOUSE_DATABASE,
    CLICKHOUSE_CLUSTER: config.CLICKHOUSE_CLUSTER,
    CLICKHOUSE_UNSHARDED_CLUSTER: config.CLICKHOUSE_UNSHARDED_CLUSTER,
    CLICKHOUSE_SHARD_BY: config.CLICKHOUSE_SHARD_BY,
    CLICKHOUSE_REPLICAS: String(config.CLICKHOUSE_REPLICAS),
    ...(servers.logins && loginVariables(servers.logins.reader)),
    UNKNOWN_ORGS: config.UNKNOWN_ORGS,
    // One broker on one machine has no second replica.
    ...(config.KAFKA_BROKERS === '' && { ON_LOW_REPLICATION: 'ignore' }),
    LOCAL_SIGN_IN: hasLocalSignIn(config, env) ? 'on' : 'off',
    PORT: String(config.PORT),
    DATA_DIR: config.DATA_DIR,
    STOP_TIMEOUT_MS: String(config.STOP_TIMEOUT_MS),
    ...secretEnvironment(config.DATA_DIR, env),
    // Receivers on this machine are what a developer tries webhooks with.
    WEBHOOK_TARGETS: env['WEBHOOK_TARGETS'] || 'any',
  };
}

/** A secret is given as itself or as a file: the given one, otherwise a file of the data directory. */
function secretEnvironment(dataDir: string, env: Environment): Record<string, string> {
  return {
    ...(!env['JWT_SECRET'] && {
      JWT_SECRET_FILE: env['JWT_SECRET_FILE'] ? resolve(env['JWT_SECRET_FILE']) : secretFile(dataDir),
    }),
    ...(!env['WEBHOOK_KEY'] && {
      WEBHOOK_KEY_FILE: env['WEBHOOK_KEY_FILE']
        ? resolve(env['WEBHOOK_KEY_FILE'])
        : createSecretFile(join(dataDir, 'webhook-key')),
    }),
  };
}

/** A child's login for the local ClickHouse. Whatever login this process's own environment has, it is for another. */
export const childLogin = ({ logins }: ServerPlaces, role: StackRole): Record<string, string> =>
  logins ? { CLICKHOUSE_PASSWORD: '', ...loginVariables(logins[role]) } : {};

/** For this process's own connections. */
export const clickhouseAs = (
  config: LocalConfig,
  { clickhouseUrl, logins }: ServerPlaces,
  role: StackRole,
): ClickHouseConfig => ({
  ...config,
  CLICKHOUSE_URL: clickhouseUrl,
  ...(logins && { CLICKHOUSE_USER: logins[role].user, CLICKHOUSE_PASSWORD: logins[role].password }),
});

/** For stack.json. */
export const loginsOf = ({ logins }: ServerPlaces): Pick<Stack, 'logins'> =>
  logins
    ? {
        logins: {
          owner: loginVariables(logins.owner),
          writer: loginVariables(logins.writer),
          alerts: loginVariables(logins.alerts),
          reader: loginVariables(logins.reader),
          gate: loginVariables(logins.gate),
        },
      }
    : {};

const loginVariables = ({ user, passwordFile }: ClickHouseLogin) => ({
  CLICKHOUSE_USER: user,
  CLICKHOUSE_PASSWORD_FILE: passwordFile,
});
