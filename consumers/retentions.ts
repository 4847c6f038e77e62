import type { ClickHouseConfig } from '../platform/clickhouse/connect.ts';
import type { KeptEvents } from '../schemas/event-rules.ts';
import { enforceDeadLetterRetention } from '../store/dead-letters/retention.ts';
import { enforceRetention } from '../store/retention.ts';
import { enforceSourceRetention } from '../store/source-retention.ts';
import type { RetryUntilSuccess } from './retry.ts';

export interface Retentions extends ClickHouseConfig {
  readonly RETENTION_DAYS: number;
  readonly DEAD_LETTER_RETENTION_DAYS: number;
  readonly SOURCE_RETENTION_DAYS: number;
}

/**
 * Sets how long the tables keep what lands. ClickHouse may be away when the consumer starts, as at any other time.
 * @returns which events are kept
 */
export async function enforceRetentions(
  config: Retentions,
  retryUntilSuccess: RetryUntilSuccess,
): Promise<KeptEvents> {
  const kept = await retryUntilSuccess('setting the retention', () =>
    enforceRetention(config, config.RETENTION_DAYS),
  );
  await retryUntilSuccess('setting the retention of dead letters', () =>
    enforceDeadLetterRetention(config, config.DEAD_LETTER_RETENTION_DAYS),
  );
  await retryUntilSuccess('setting the retention of source addresses', () =>
    enforceSourceRetention(config, config.SOURCE_RETENTION_DAYS),
  );
  return kept;
}
