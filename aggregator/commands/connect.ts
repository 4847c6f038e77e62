import { Type } from 'typebox';
import { connectClickHouse } from '../../deploy/clickhouse.ts';
import {
  clickhouseSettings,
  kafkaSettings,
  logSettings,
  orgSettings,
  readConfig,
} from '../../deploy/config.ts';
import { connectKafka } from '../../deploy/kafka.ts';
import { openLandedLog } from '../../deploy/landed-log.ts';
import { createLogger } from '../../deploy/logging.ts';
import type { SettingsChange } from '../../schemas/settings-change.ts';
import { topicNames } from '../../schemas/topics.ts';
import { recordChange } from '../settings/record.ts';
import type { Outcome, SettingsState } from '../settings/state.ts';
import { createSettingsStore } from '../settings/store.ts';

const commandSettings = {
  ...kafkaSettings,
  ...clickhouseSettings,
  ...orgSettings,
  ...logSettings,
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], { default: 'fatal' }),
};
/** Whoever types a command wants to know soon that Kafka is away, or that no consumer lands the change. */
const KAFKA_RETRIES = 2;
const LANDED_WITHIN_MS = 30_000;

/** The settings of the stack that the environment names (deploy/run.mjs puts a local one there). */
export interface Settings {
  readonly read: () => Promise<SettingsState>;
  /** @throws SettingsRefused */
  readonly record: (change: SettingsChange) => Promise<Outcome>;
}

/** Opens the settings for as long as the work takes. Throws ConfigError. */
export async function withSettings<Result>(work: (settings: Settings) => Promise<Result>): Promise<Result> {
  const config = readConfig(process.env, commandSettings);
  const client = connectClickHouse(config, 'api-credits settings');
  const store = createSettingsStore(client, config.UNKNOWN_ORGS);
  try {
    return await work({
      read: () => store.refresh(),
      async record(change) {
        const logger = createLogger('settings', config.LOG_LEVEL);
        const kafka = connectKafka(config, 'api-credits settings', logger, KAFKA_RETRIES);
        const topic = topicNames(config.TOPIC_PREFIX).settings;
        const log = await openLandedLog(kafka, client, topic, LANDED_WITHIN_MS);
        try {
          return await recordChange({ store, log, now: Date.now }, change);
        } finally {
          await log.close();
        }
      },
    });
  } finally {
    await client.close();
  }
}
