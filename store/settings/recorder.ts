import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { openLandedLog } from '../../platform/landed-log.ts';
import type { Logger } from '../../platform/logging.ts';
import type { SettingsChange } from '../../schemas/settings-change.ts';
import { topicNames } from '../../schemas/topics.ts';
import { recordChange } from './record.ts';
import type { Outcome, UnknownOrgs } from '../../domain/settings/state.ts';
import { createSettingsStore, type SettingsStore } from './store.ts';

/** Recording took too long: the change may come into effect yet, or never. */
export class RecordTimeoutError extends Error {
  readonly code = 'RECORD_TIMEOUT';
  constructor(changeId: string, timeoutMs: number) {
    super(
      `Settings change ${changeId} was not in effect after ${timeoutMs / 1000} s: look before it is repeated.`,
    );
  }
}

/** The settings of a stack, to read and to change: what the commands and the API share. */
export interface SettingsRecorder extends SettingsStore {
  /**
   * See recordChange. Throws LogAwayError where nothing was recorded; after a RecordTimeoutError, or another error of
   * Kafka or ClickHouse, that is not known, and a repeat is safe.
   */
  record(change: SettingsChange): Promise<Outcome>;
  close(): Promise<void>;
}

/** Whoever waits for an answer wants to know soon that Kafka is away. */
const KAFKA_RETRIES = 2;

export interface RecorderConfig {
  readonly KAFKA_BROKERS: string;
  readonly TOPIC_PREFIX: string;
  readonly UNKNOWN_ORGS: UnknownOrgs;
}

/**
 * Connects to Kafka when the first change is recorded: reading works without it.
 * @param client may be one that only reads
 * @param clientId names the process in the brokers' logs
 * @param timeoutMs how long recording a change may take in all
 */
export function openRecorder(
  config: RecorderConfig,
  client: ClickHouseClient,
  given: {
    readonly clientId: string;
    readonly logger: Logger;
    readonly now: () => number;
    readonly timeoutMs: number;
  },
): SettingsRecorder {
  const { clientId, logger, now, timeoutMs } = given;
  const kafka = connectKafka(config, clientId, logger, KAFKA_RETRIES);
  const log = openLandedLog(kafka, client, topicNames(config.TOPIC_PREFIX).settings, timeoutMs);
  const store = createSettingsStore(client, config.UNKNOWN_ORGS);
  return {
    refresh: () => store.refresh(),
    async record(change) {
      const timer = new AbortController();
      const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
        throw new RecordTimeoutError(change.change_id, timeoutMs);
      });
      try {
        return await Promise.race([recordChange({ store, log, now }, change), late]);
      } finally {
        timer.abort();
      }
    },
    close: () => log.close(),
  };
}
