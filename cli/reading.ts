import { connectClickHouse, type ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { readConfig } from '../platform/config.ts';
import { clickhouseVariables, orgVariables } from '../platform/variables.ts';
import { subscriptionOf, type OrgHistory, type Subscription } from '../domain/settings/org-history.ts';
import type { SettingsState } from '../domain/settings/state.ts';
import { createSettingsStore } from '../store/settings/store.ts';

/** What a command that only reads works with. */
export interface Reading {
  readonly client: ClickHouseClient;
  /** As of the command's start. */
  readonly settings: SettingsState;
}

/** Opens the tables of the stack that the environment names (deploy/run.ts puts a local one there). Throws ConfigError. */
export async function withReading<Result>(work: (reading: Reading) => Promise<Result>): Promise<Result> {
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

/** The command names something that is not there. */
export class NotThereError extends Error {
  readonly code = 'NOT_THERE';
  constructor(message: string) {
    super(message);
    this.name = 'NotThereError';
  }
}

/** The org's settings, and the subscription that --product names, or its only one. Throws NotThereError. */
export function findSubscription(
  settings: SettingsState,
  orgId: string,
  product: string | undefined,
): { readonly org: OrgHistory; readonly subscription: Subscription } {
  const org = settings.history(orgId);
  if (!org) {
    throw new NotThereError(`There is no organisation ${orgId}: "npm run org -- create" makes one.`);
  }
  const products = org.subscriptions.map((each) => each.product);
  if (product === undefined && products.length > 1) {
    throw new NotThereError(`${orgId} subscribes to ${products.join(', ')}: choose by --product.`);
  }
  const subscription = product === undefined ? org.subscriptions[0] : subscriptionOf(org, product);
  if (subscription) return { org, subscription };
  const has = products.length > 0 ? `it has ${products.join(', ')}` : 'it has none';
  throw new NotThereError(`${orgId} has no subscription of ${product ?? 'any product'}: ${has}.`);
}
