import { Type } from 'typebox';
import { connectClickHouse } from '../platform/clickhouse/connect.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../platform/kafka/variables.ts';
import { logVariables, orgVariables } from '../platform/variables.ts';
import { createLogger } from '../platform/logging.ts';
import { openRecorder, type SettingsRecorder } from '../store/settings/recorder.ts';

const commandVariables = {
  ...kafkaVariables,
  ...clickhouseVariables,
  ...orgVariables,
  ...logVariables,
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], { default: 'fatal' }),
};
/** Low, so that a waiting user learns soon that no consumer is running. */
const RECORDING_TIMEOUT_MS = 30_000;

/**
 * Opens the settings of the stack that the environment names for the duration of `work` (deploy/run.ts names a running
 * local one).
 * @throws ConfigError
 */
export async function withSettings<Result>(
  work: (settings: SettingsRecorder) => Promise<Result>,
): Promise<Result> {
  const config = readKafkaConfig(process.env, commandVariables);
  const client = connectClickHouse(config, 'api-credits settings');
  const settings = openRecorder(config, client, {
    clientId: 'api-credits settings',
    logger: createLogger('settings', config.LOG_LEVEL),
    now: Date.now,
    timeoutMs: RECORDING_TIMEOUT_MS,
  });
  try {
    return await work(settings);
  } finally {
    await settings.close();
    await client.close();
  }
}
