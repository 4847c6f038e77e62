import { schedule } from 'node-cron';
import { connectClickHouse } from '../platform/clickhouse/connect.ts';
import { readConfig } from '../platform/config.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { openLandedLog } from '../platform/landed-log.ts';
import { createLogger } from '../platform/logging.ts';
import { topicNames } from '../schemas/topics.ts';
import { aggregatorSettings } from './config.ts';
import { SEAL_WITHIN_S } from './sealing/rollup.ts';
import { createSettingsStore } from '../store/settings/store.ts';
import { tick } from './tick.ts';

const config = readConfig(process.env, aggregatorSettings);
const logger = createLogger('aggregator', config.LOG_LEVEL);
const kafka = connectKafka(config, 'api-credits-aggregator', logger);
const client = connectClickHouse(config, 'api-credits aggregator', {
  requestTimeoutMs: (SEAL_WITHIN_S + 60) * 1_000,
});
const topics = topicNames(config.TOPIC_PREFIX);
const log = openLandedLog(kafka, client, topics.dailyCharges, config.LOG_LANDED_TIMEOUT_MS);

const aggregator = {
  client,
  log,
  store: createSettingsStore(client, config.UNKNOWN_ORGS),
  now: Date.now,
  topics,
  timing: { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS, gatherMs: config.GATHER_MS },
};

/** The next tick retries a failed one: the recorded progress says what is still to do. */
async function wake(): Promise<void> {
  try {
    const report = await tick(aggregator);
    if (Object.values(report).some((count) => count > 0)) logger.info(report, 'tick');
  } catch (error) {
    logger.error({ err: error }, 'tick failed, will be retried');
  }
}

let running: Promise<void> = Promise.resolve();
const task = schedule(config.TICK, () => (running = wake()), {
  // UTC, so that daylight saving does not move the wake-ups.
  timezone: 'UTC',
  noOverlap: true,
  // After a backlog, ticks often take longer than the interval between two: not worth more than a debug line.
  logger: {
    info: (message) => logger.debug(message),
    debug: (message) => logger.debug(String(message)),
    warn: (message) => logger.debug(message),
    error: (message) => logger.error(String(message)),
  },
});
logger.info({ tick: config.TICK }, 'aggregator started');

async function stop(signal: string): Promise<void> {
  logger.info({ signal }, 'stopping');
  await task.destroy();
  await running;
  await log.close();
  await client.close();
}
function onSignal(signal: NodeJS.Signals): void {
  stop(signal).catch((error: unknown) => {
    logger.error({ err: error }, 'stopping did not end cleanly; what is due is done by the next start');
    process.exitCode = 1;
  });
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, onSignal);
