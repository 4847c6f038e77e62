import { randomUUID } from 'node:crypto';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { runProcess, type RunningProcess } from '../platform/lifecycle/run-process.ts';
import { openRecorder } from '../store/settings/recorder.ts';
import { topicNames } from '../schemas/topics.ts';
import { buildApp } from './app.ts';
import { createTokenVerifier, signToken } from './auth/tokens.ts';
import { connectForProbing, connectForReading } from './clickhouse.ts';
import { readApiConfig } from './config.ts';
import { listen } from './listen.ts';
import { countOpenQueries } from './metrics/open-queries.ts';

/** Less than a request may take, so that the caller learns whether the change took effect or that it is unknown. */
const RECORDED_WITHIN_MS = 8_000;

await runProcess(
  { name: 'api', readConfig: readApiConfig, unfinished: 'running requests were cut off' },
  run,
);

async function run({
  config,
  logger,
  onStop,
}: RunningProcess<ReturnType<typeof readApiConfig>>): Promise<void> {
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
    statementIssuer: config.STATEMENT_ISSUER,
    localSignIn:
      config.LOCAL_SIGN_IN === '1' && secret !== undefined
        ? (claims, expiresAt) => signToken(secret, claims, expiresAt)
        : undefined,
  });
  onStop(async () => {
    await app.close();
    await settings.close();
    await Promise.all([clickhouse.close(), clickhouseForProbes.close()]);
  });
  await listen(app, config.HOST, config.PORT);
}
