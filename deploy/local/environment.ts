import { resolve } from 'node:path';
import type { LocalConfig } from './config.ts';
import { isLoopback } from '../../platform/loopback.ts';
import { secretFile } from './secret.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What makes a process one of this stack: the children's environment, on top of this process's own, and what
 * DATA_DIR/stack.json tells other programs. No credentials of given servers: whoever uses those has them.
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
    // Who runs a stack on this machine may be anyone in its dashboard; who reaches it from elsewhere may not.
    LOCAL_SIGN_IN: isLoopback(config.HOST) && !env['JWKS_URL'] ? '1' : '',
    PORT: String(config.PORT),
    DATA_DIR: config.DATA_DIR,
    ...secretEnvironment(config.DATA_DIR, env),
  };
}

/** The API takes one of JWT_SECRET and JWT_SECRET_FILE: a given one, or the data directory's. */
function secretEnvironment(dataDir: string, env: Environment): Record<string, string> {
  if (env['JWT_SECRET']) return {};
  return { JWT_SECRET_FILE: env['JWT_SECRET_FILE'] ? resolve(env['JWT_SECRET_FILE']) : secretFile(dataDir) };
}
