import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { endsWithin } from '../../platform/deadline.ts';
import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';
import { openLandedLog } from '../../platform/landed-log.ts';
import type { Logger } from '../../platform/logging.ts';
import type { SettingsChange } from '../../schemas/settings-change.ts';
import { topicNames } from '../../schemas/topics.ts';
import { recordChange, type RecordOptions } from './record.ts';
import type { Outcome } from '../../domain/settings/outcome.ts';
import type { UnknownOrgs } from '../../domain/settings/state.ts';
import { createSettingsStore, type SettingsLog } from './store.ts';

/** Recording took too long: the change may still take effect, or never. */
export class RecordTimeoutError extends Error {
  readonly code = 'RECORD_TIMEOUT';
  constructor(changeId: string, timeoutMs: number) {
    super(
      `Settings change ${changeId} was not in effect after ${timeoutMs / 1000} s: check the settings before you repeat it.`,
    );
    this.name = 'RecordTimeoutError';
  }
}

/** Reads and changes the settings of a stack. Shared by the command-line programs and the API. */
export interface SettingsRecorder extends SettingsLog {
  /**
   * See recordChange. Also throws LogUnavailableError, where nothing was recorded, and RecordTimeoutError. After that or
   * another error of Kafka or ClickHouse it is unknown whether the change was recorded; repeating it is safe.
   */
  record(change: SettingsChange, options?: RecordOptions): Promise<Outcome>;
  close(): Promise<void>;
}

/** Few, so that a waiting user learns soon that Kafka is unavailable. */
const KAFKA_RETRIES = 2;

export interface RecorderConfig extends KafkaConfig {
  readonly TOPIC_PREFIX: string;
  readonly UNKNOWN_ORGS: UnknownOrgs;
  readonly SETTINGS_CHANGES_PER_HOUR: number;
}

/**
 * Opens the settings of a stack. Connects to Kafka at the first change, so reading works without it.
 * @param client a read-only one is enough
 * @param given.clientId names the process in the brokers' logs
 * @param given.timeoutMs the longest time that recording one change may take
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
    ...store,
    async record(change, options) {
      const recording = recordChange(
        { store, log, now, changesPerHour: config.SETTINGS_CHANGES_PER_HOUR },
        change,
        options,
      );
      if (!(await endsWithin(recording, timeoutMs)))
        throw new RecordTimeoutError(change.change_id, timeoutMs);
      return recording;
    },
    close: () => log.close(),
  };
}
