import { setTimeout as sleep } from 'node:timers/promises';
import { ClickHouseError } from '@clickhouse/client';
import type { Logger } from '../logging.ts';
import { addressesOf } from './addresses.ts';
import { clusterOf } from './cluster.ts';
import { checkCluster, ClusterError } from './cluster-check.ts';
import { connectClickHouse, type ClickHouseConfig } from './connect.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const TIMEOUT_MS = 10_000;

/**
 * Waits until ClickHouse answers for the first time and checks the cluster. Returns at once with a single server,
 * which a process waits for where it needs it.
 * @throws ClusterError: a mistake of configuration, which a process reports and does not wait for
 */
export async function firstClusterContact(
  config: ClickHouseConfig,
  application: string,
  logger: Logger,
): Promise<void> {
  const isSingle = clusterOf(config) === undefined && addressesOf(config).length === 1;
  if (isSingle) return;
  const client = connectClickHouse(config, application, { connections: 1, requestTimeoutMs: TIMEOUT_MS });
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await checkCluster(client, config);
      } catch (error) {
        if (error instanceof ClusterError) throw error;
        const mistake = mistakeOf(config, error);
        if (mistake !== undefined) throw new ClusterError([mistake]);
        logger.warn({ err: error, pause_ms: pauseMs }, 'ClickHouse does not answer yet; trying again');
      }
      await sleep(pauseMs);
    }
  } finally {
    await client.close();
  }
}

const ACCESS_DENIED = '497';
/** UNKNOWN_SETTING, READONLY, SETTING_CONSTRAINT_VIOLATION */
const SETTING_REJECTED = new Set(['115', '164', '452']);

/** What no waiting changes; undefined where it may. */
function mistakeOf({ CLICKHOUSE_USER }: ClickHouseConfig, error: unknown): string | undefined {
  if (!(error instanceof ClickHouseError)) return undefined;
  const { code, message } = error;
  if (code === ACCESS_DENIED) {
    return `the user ${CLICKHOUSE_USER} needs SELECT on system.clusters, system.macros and both databases: ${message}`;
  }
  if (!SETTING_REJECTED.has(code)) return undefined;
  return `the profile of ${CLICKHOUSE_USER} must let queries change their settings (readonly 0 or 2): ${message}`;
}
