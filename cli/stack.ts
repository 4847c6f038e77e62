import { connectClickHouse, type ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { readConfig } from '../platform/config.ts';
import { clickhouseVariables, orgVariables } from '../platform/variables.ts';
import type { SettingsState } from '../domain/settings/state.ts';
import { createSettingsStore } from '../store/settings/store.ts';

/** The tables and settings that a read-only command works with. */
export interface Stack {
  readonly client: ClickHouseClient;
  /** As of the command's start. */
  readonly settings: SettingsState;
}

/**
 * Opens the stack that the environment names for the duration of `work` (deploy/run.ts names a running local one).
 * @throws ConfigError
 */
export async function withStack<Result>(work: (stack: Stack) => Promise<Result>): Promise<Result> {
  const config = readConfig(process.env, { ...clickhouseVariables, ...orgVariables });
  const client = connectClickHouse(config, 'api-credits command');
  try {
    return await work({
      client,
      settings: await createSettingsStore(client, config.UNKNOWN_ORGS).refresh(),
    });
  } finally {
    await client.close();
  }
}
