import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { openRecorder } from '../store/settings/recorder.ts';
import { ConfigError } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';
import { topicNames } from '../schemas/topics.ts';
import { buildApp } from './app.ts';
import { createTokenVerifier, signToken } from './auth/tokens.ts';
import { connectForProbing, connectForReading } from './clickhouse.ts';
import { readApiConfig } from './config.ts';
import { listen, PortInUseError } from './listen.ts';
import { countOpenQueries } from './metrics/open-queries.ts';

/** Running requests get this long to finish once the process is told to stop. */
const STOP_TIMEOUT_MS = 10_000;
/** Shorter than a request may take: the answer reports the outcome of a change, or that it is unknown. */
const RECORDED_WITHIN_MS = 8_000;

async function main(): Promise<void> {
  const config = readApiConfig(process.env);
  const logger = createLogger('api', config.LOG_LEVEL);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const clickhouse = connectForReading(config, countOpenQueries(metrics));
  const clickhouseForProbes = connectForProbing(config);
  const settings = openRecorder(config, clickhouse, {
    clientId: 'api-credits-api',
    logger,
    now: Date.now,
    timeoutMs: RECORDED_WITHIN_MS,
  });
  const { secret } = config.keys;
  const { app } = await buildApp({
    now: Date.now,
    clickhouse,
    clickhouseForProbes,
    settings,
    topics: topicNames(config.TOPIC_PREFIX),
    timing: { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS },
    logger,
    verifyToken: createTokenVerifier(config.keys, Date.now),
    newRequestId: randomUUID,
    newChangeId: randomUUID,
    rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
    metrics,
    localSignIn:
      config.LOCAL_SIGN_IN === '1' && secret !== undefined
        ? (claims, expiresAt) => signToken(secret, claims, expiresAt)
        : undefined,
  });
  await listen(app, config.HOST, config.PORT);

  async function stop(signal: string): Promise<void> {
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('requests still run, stopping without them');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    await app.close();
    await settings.close();
    await Promise.all([clickhouse.close(), clickhouseForProbes.close()]);
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
