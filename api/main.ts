import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { collectProcessMetrics } from '../platform/health/process-metrics.ts';
import { runProcess, type RunningProcess } from '../platform/lifecycle/run-process.ts';
import { tokenRulesOf } from '../platform/tokens/rules.ts';
import { firstClusterContact } from '../platform/clickhouse/first-contact.ts';
import { openRecorder } from '../store/settings/recorder.ts';
import { openAlertRequests } from '../store/alerts/requests.ts';
import { openDeadLetterTool } from '../store/dead-letters/tool.ts';
import { topicNames } from '../schemas/topics.ts';
import { SharedBasis } from '../store/usage/shared-basis.ts';
import { buildApp } from './app.ts';
import { createTokenVerifier } from './auth/tokens.ts';
import { connectForCurrentUsage, connectForProbing, connectForReading } from './clickhouse.ts';
import { connectForDownloads } from './clickhouse-downloads.ts';
import { isOn, readApiConfig } from './config.ts';
import { openLocalSignIn } from './dashboard/open-local-sign-in.ts';
import { clusterOf } from '../platform/clickhouse/cluster.ts';
import { CallEventProducer } from '../platform/kafka/call-event-producer.ts';
import { firstContact } from '../platform/kafka/first-contact.ts';
import { checkReplication } from '../platform/kafka/replication-check.ts';
import { EventPublisher } from './events/event-publisher.ts';
import { trustedProxies } from './http/trusted-proxies.ts';
import { listen } from './listen.ts';
import { countOpenQueries } from './metrics/open-queries.ts';
import { openTracing } from '../platform/tracing/tracing.ts';
import { openSignIn } from './sign-in/sign-in.ts';

/** Shorter than a request may take: the answer reports the outcome of a change, or that it is unknown. */
const RECORDED_WITHIN_MS = 8_000;
/** Of events: the answer says whether Kafka has them, or that it is unknown. */
const PUBLISHED_WITHIN_MS = 8_000;
const MAX_WAITING_EVENT_BYTES = 32 * 1024 * 1024;

await runProcess(
  { name: 'api', readConfig: readApiConfig, unfinished: 'running requests were cut off' },
  run,
);

async function run({
  config,
  logger,
  onStop,
  fail,
}: RunningProcess<ReturnType<typeof readApiConfig>>): Promise<void> {
  const metrics = new Registry();
  collectProcessMetrics(metrics);
  const onOpen = countOpenQueries(metrics);
  const reading = { onOpen, queries: config.CLICKHOUSE_QUERIES };
  const clickhouse = connectForReading(config, reading);
  const clickhouseForCurrentUsage = connectForCurrentUsage(config, reading);
  const clickhouseForProbes = connectForProbing(config);
  const clickhouseForDownloads = connectForDownloads(config);
  const settings = openRecorder(config, clickhouseForCurrentUsage, {
    clientId: 'api-credits-api',
    logger,
    now: Date.now,
    timeoutMs: RECORDED_WITHIN_MS,
  });
  const topics = topicNames(config.TOPIC_PREFIX);
  // Beside the work: reading needs no Kafka.
  const written = [topics.settings, topics.calls, topics.writerSchemas, topics.alerts];
  firstContact(config, 'api-credits-api', logger, (admin) =>
    checkReplication(admin, written, config.ON_LOW_REPLICATION, logger),
  ).catch(fail);
  firstClusterContact(config, 'api-credits api', logger).catch(fail);
  const events = new EventPublisher({
    sink: new CallEventProducer({ kafka: config, topics, clientId: 'api-credits-api', logger }),
    logger,
    timeoutMs: PUBLISHED_WITHIN_MS,
    maxWaitingBytes: MAX_WAITING_EVENT_BYTES,
  });
  const tracing = openTracing(config, 'api-credits-api', logger);
  const alertRequests = openAlertRequests(config, clickhouse, {
    clientId: 'api-credits-api',
    logger,
    timeoutMs: RECORDED_WITHIN_MS,
  });
  const deadLetters = openDeadLetterTool(config, 'api-credits-api', logger, Date.now);
  const { app } = await buildApp({
    now: Date.now,
    clickhouse,
    bases: new SharedBasis(clickhouseForCurrentUsage, topics.calls, (clusterOf(config)?.replicas ?? 1) > 1),
    clickhouseForCurrentUsage,
    clickhouseForProbes,
    clickhouseForDownloads,
    settings,
    topics,
    events,
    tracing,
    deadLetters,
    alertRequests,
    webhooks: { key: config.WEBHOOK_KEY, isAnyTarget: config.WEBHOOK_TARGETS === 'any' },
    eventTimeLimits: { futureMs: config.FUTURE_LIMIT_MS, latenessMs: config.LATENESS_LIMIT_MS },
    sourceRetentionDays: config.SOURCE_RETENTION_DAYS,
    timing: { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS },
    waveLimits: { percent: config.INVALID_PERCENT_LIMIT, records: config.INVALID_RECORDS_LIMIT },
    logger,
    verifyToken: createTokenVerifier(config.keys, Date.now, tokenRulesOf(config)),
    newRequestId: randomUUID,
    newChangeId: randomUUID,
    rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
    metrics,
    statementIssuer: config.STATEMENT_ISSUER,
    trustedProxies: trustedProxies(config.TRUSTED_PROXIES),
    localSignIn: isOn(config.LOCAL_SIGN_IN) ? openLocalSignIn(config, Date.now) : undefined,
    signIn: config.signIn && openSignIn(config.signIn, Date.now),
  });
  onStop(async () => {
    await app.close();
    await Promise.all([settings.close(), events.close(), deadLetters.close(), alertRequests.close()]);
    await tracing?.close();
    const clients = [clickhouse, clickhouseForCurrentUsage, clickhouseForProbes, clickhouseForDownloads];
    await Promise.all(clients.map((each) => each.close()));
  });
  await listen(app, config.HOST, config.PORT);
}
