import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterOf } from '../platform/clickhouse/cluster.ts';
import { connectClickHouse } from '../platform/clickhouse/connect.ts';
import { firstClusterContact } from '../platform/clickhouse/first-contact.ts';
import { ServerClock } from '../platform/clickhouse/server-clock.ts';
import { openHealth } from '../platform/health/server.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { firstContact } from '../platform/kafka/first-contact.ts';
import { checkReplication } from '../platform/kafka/replication-check.ts';
import { openLandedLog } from '../platform/landed-log.ts';
import { runProcess, type RunningProcess } from '../platform/lifecycle/run-process.ts';
import { topicNames } from '../schemas/topics.ts';
import { Lease } from '../store/lease.ts';
import { openRecorder } from '../store/settings/recorder.ts';
import { readAlertsConfig } from './config.ts';
import { Decider } from './decide/decider.ts';
import { Deliverer, type DeliveryCounts } from './delivery/deliverer.ts';
import { createDisabling } from './delivery/disable.ts';
import { openMailer } from './delivery/email.ts';
import { createTransport } from './delivery/transport.ts';
import { Events } from './events/events.ts';
import { alertsMetrics } from './metrics.ts';
import { Shift } from './shift.ts';
import { TickHistory } from './tick-history.ts';
import { Worker } from './worker.ts';

/** D: a receiver has so long to answer (Standard Webhooks: 15 to 30 s). */
const DELIVERY_TIMEOUT_MS = 15_000;
/** Longer than from one tick to the next. */
const KEEP_IDLE_MS = 10_000;
const RECORD_WITHIN_MS = 15_000;
/** D: so long from one tick to the next at rest. It keeps its lease, and what lands is delivered within three seconds. */
const REST_MS = 2_000;
/** D: after a tick that took longer than TICK_MS. */
const LEAST_PAUSE_MS = 50;
/** Milliseconds of a monotonic clock. */
const uptime = (): number => performance.now();

await runProcess(
  {
    name: 'alerts',
    readConfig: readAlertsConfig,
    unfinished: 'what was not recorded is decided and delivered again at the next start',
  },
  run,
);

async function run({
  config,
  logger,
  onStop,
  fail,
}: RunningProcess<ReturnType<typeof readAlertsConfig>>): Promise<void> {
  const health = await openHealth(config, logger);
  const ticks = new TickHistory(Date.now);
  const client = connectClickHouse(config, 'api-credits alerts', { keepIdleMs: KEEP_IDLE_MS });
  // By a clock that is behind, the calls of the last hour would leave the window: their alerts resolved, and raised again.
  const clock = new ServerClock(client, uptime, clusterOf(config) !== undefined);
  const { now } = clock;
  const topics = topicNames(config.TOPIC_PREFIX);
  const kafka = connectKafka(config, 'api-credits-alerts', logger);
  firstContact(config, 'api-credits-alerts', logger, (admin) =>
    checkReplication(admin, [topics.alerts], config.ON_LOW_REPLICATION, logger),
  ).catch(fail);
  const log = openLandedLog(kafka, client, topics.alerts, config.LOG_LANDED_TIMEOUT_MS);
  const recorder = openRecorder(config, client, {
    clientId: 'api-credits-alerts',
    logger,
    now,
    timeoutMs: RECORD_WITHIN_MS,
  });
  const mailer = openMailer(config.SMTP_URL, config.MAIL_FROM, DELIVERY_TIMEOUT_MS);
  const ship = createTransport({
    webhookKey: config.WEBHOOK_KEY,
    isAnyTarget: config.WEBHOOK_TARGETS === 'any',
    timeoutMs: DELIVERY_TIMEOUT_MS,
    mailer,
    now,
  });
  const disable = createDisabling(client, recorder, logger);
  const counts: DeliveryCounts = { attempts: 0, delivered: 0, failed: 0 };

  const newWorker = (): Worker =>
    new Worker({
      decider: new Decider({
        client,
        store: recorder,
        log,
        topics,
        now,
        uptime,
        timing: { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS },
        aheadMs: config.FUTURE_LIMIT_MS,
      }),
      events: new Events({ client, log, topics, now, sealDelayMs: config.SEAL_DELAY_MS }),
      deliverer: new Deliverer({
        client,
        store: recorder,
        ship,
        disable,
        now,
        random: Math.random,
        logger,
        counts,
      }),
      topic: topics.alerts,
      landedWithinMs: config.LOG_LANDED_TIMEOUT_MS,
    });

  const shift = new Shift({
    clock,
    lease: new Lease(client, 'alerts', randomUUID(), logger),
    newWorker,
    ticks,
    logger,
  });
  health.readyWhen(() => ticks.problems());
  alertsMetrics(health.metrics, {
    ticks,
    deliveries: () => counts,
    state: () => shift.worker?.state,
  });

  const stopping = new AbortController();
  async function loop(): Promise<void> {
    await firstClusterContact(config, 'api-credits alerts', logger);
    while (!stopping.signal.aborted) {
      const startedAt = uptime();
      const isAtRest = await shift.tick();
      const everyMs = isAtRest ? Math.max(REST_MS, config.TICK_MS) : config.TICK_MS;
      const pauseMs = Math.max(LEAST_PAUSE_MS, everyMs - (uptime() - startedAt));
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const running = loop();
  running.catch(fail);

  onStop(async () => {
    health.readyWhen(() => ['The process is stopping']);
    stopping.abort();
    await running;
    await shift.end();
    mailer.close();
    await Promise.all([log.close(), recorder.close()]);
    await client.close();
  });
  logger.info({ tickMs: config.TICK_MS }, 'alerts started');
}
