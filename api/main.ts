import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { createSettingsStore } from '../aggregator/settings/store.ts';
import { ConfigError } from '../deploy/config.ts';
import { createLogger } from '../deploy/logging.ts';
import { topicNames } from '../schemas/topics.ts';
import { buildApp } from './app.ts';
import { createTokenVerifier } from './auth/tokens.ts';
import { connectForReading } from './clickhouse.ts';
import { readApiConfig } from './config.ts';
import { listen, PortInUseError } from './listen.ts';

/** Running requests get this long to finish once the process is told to stop. */
const STOP_TIMEOUT_MS = 10_000;

async function main(): Promise<void> {
  const config = readApiConfig(process.env);
  const logger = createLogger('api', config.LOG_LEVEL);
  const clickhouse = connectForReading(config);
  const { app } = buildApp({
    now: Date.now,
    clickhouse,
    settings: createSettingsStore(clickhouse, config.UNKNOWN_ORGS),
    topics: topicNames(config.TOPIC_PREFIX),
    timing: { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS },
    logger,
    verifyToken: createTokenVerifier(config.secret, Date.now),
    newRequestId: randomUUID,
  });
  await listen(app, config.HOST, config.PORT);

  async function stop(signal: string): Promise<void> {
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('requests still run, stopping without them');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    await app.close();
    await clickhouse.close();
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, (name) => void stop(name));
}

try {
  await main();
} catch (error) {
  const isPlain = error instanceof ConfigError || error instanceof PortInUseError;
  process.stderr.write(`${isPlain ? error.message : inspect(error)}\n`);
  process.exit(1);
}
