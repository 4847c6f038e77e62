import { checkCluster } from '../platform/clickhouse/cluster-check.ts';
import {
  connectClickHouse,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../platform/clickhouse/connect.ts';
import { readConfig } from '../platform/config.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../platform/kafka/variables.ts';
import { closingVariables, orgVariables } from '../platform/variables.ts';
import type { StatementSources } from '../store/statements/moment.ts';
import type { SettingsState } from '../domain/settings/state.ts';
import { topicNames } from '../schemas/topics.ts';
import { createSettingsStore } from '../store/settings/store.ts';

const { TOPIC_PREFIX } = kafkaVariables;

/** The tables and settings that a read-only command works with. */
export interface Stack {
  readonly config: ClickHouseConfig;
  readonly client: ClickHouseClient;
  /** As of the command's start. */
  readonly settings: SettingsState;
  /** What a statement is read from, as the API reads it. */
  readonly sources: StatementSources;
}

/**
 * Opens the stack that the environment names for the duration of `work` (deploy/run.ts names a running local one).
 * @throws ConfigError, ClusterError
 */
export async function withStack<Result>(work: (stack: Stack) => Promise<Result>): Promise<Result> {
  const config = readConfig(process.env, {
    ...clickhouseVariables,
    ...orgVariables,
    ...closingVariables,
    TOPIC_PREFIX,
  });
  const client = connectClickHouse(config, 'api-credits command');
  try {
    // As every process does at its start: what recompute writes needs the same settings on a cluster.
    await checkCluster(client, config);
    return await work({
      config,
      client,
      settings: await createSettingsStore(client, config.UNKNOWN_ORGS).refresh(),
      sources: {
        now: Date.now,
        clickhouse: client,
        topics: topicNames(config.TOPIC_PREFIX),
        timing: { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS },
      },
    });
  } finally {
    await client.close();
  }
}
