import { resolve } from 'node:path';
import type { LocalConfig } from './config.ts';
import type { Environment } from '../../platform/config.ts';
import { isLoopback } from '../../platform/loopback.ts';
import { secretFile } from './secret.ts';

/**
 * The environment variables that make a process part of this stack. Child processes get them on top of this
 * process's own; other programs find them in DATA_DIR/stack.json. Without CLICKHOUSE_PASSWORD: who uses a given
 * server has its password.
 */
export function stackEnvironment(
  config: LocalConfig,
  servers: { readonly brokers: string; readonly clickhouseUrl: string },
  env: Environment,
): Record<string, string> {
  return {
    KAFKA_BROKERS: servers.brokers,
    TOPIC_PREFIX: config.TOPIC_PREFIX,
    CLICKHOUSE_URL: servers.clickhouseUrl,
    CLICKHOUSE_DATABASE: config.CLICKHOUSE_DATABASE,
    UNKNOWN_ORGS: config.UNKNOWN_ORGS,
    // The person who runs a stack on this machine may sign in to its dashboard as anyone; other machines may not.
    LOCAL_SIGN_IN: isLoopback(config.HOST) && !env['JWKS_URL'] ? '1' : '',
    PORT: String(config.PORT),
    DATA_DIR: config.DATA_DIR,
    STOP_TIMEOUT_MS: String(config.STOP_TIMEOUT_MS),
    ...secretEnvironment(config.DATA_DIR, env),
  };
}

/** The API takes either JWT_SECRET or JWT_SECRET_FILE: the given one, otherwise the data directory's file. */
function secretEnvironment(dataDir: string, env: Environment): Record<string, string> {
  if (env['JWT_SECRET']) return {};
  return { JWT_SECRET_FILE: env['JWT_SECRET_FILE'] ? resolve(env['JWT_SECRET_FILE']) : secretFile(dataDir) };
}
