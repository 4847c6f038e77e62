import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { schedule } from 'node-cron';
import { openHealth } from '../platform/health/server.ts';
import { connectClickHouse } from '../platform/clickhouse/connect.ts';
import { prioritySettings } from '../platform/clickhouse/priorities.ts';
import { firstClusterContact } from '../platform/clickhouse/first-contact.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { firstContact } from '../platform/kafka/first-contact.ts';
import { checkReplication } from '../platform/kafka/replication-check.ts';
import { openLandedLog } from '../platform/landed-log.ts';
import { TIME_ZONE_RULES } from '../domain/calendar/zone-rules.ts';
import { runProcess, type RunningProcess } from '../platform/lifecycle/run-process.ts';
import { topicNames } from '../schemas/topics.ts';
import { readAggregatorConfig } from './config.ts';
import { ResealPace } from './sealing/reseal-pace.ts';
import { SEAL_WITHIN_S } from './sealing/rollup.ts';
import { CHANGES_PER_SNAPSHOT, createSettingsStore } from '../store/settings/store.ts';
import { adoptBundledRelease } from '../store/zone-releases.ts';
import { Lease } from '../store/lease.ts';
import { formatInstant } from '../domain/instants.ts';
import { startBackgroundWork } from './background-work.ts';
import { isAnythingDue } from './due.ts';
import { aggregatorMetrics } from './metrics.ts';
import { tick } from './tick.ts';
import { TickHistory } from './tick-history.ts';

/** After a failed tick another aggregator is first: perhaps only this process cannot do the work. */
const OTHERS_FIRST_MS = 1_000;
/** Longer than from one tick to the next one that is not left out. */
const KEEP_IDLE_MS = 10_000;
/** So long after a tick that found nothing to do, the next ones only look whether that has changed (due.ts). */
const QUIET_FOR_MS = 60_000;

await runProcess(
  {
    name: 'aggregator',
    readConfig: readAggregatorConfig,
    unfinished: 'what is due stays due, and the next start does it',
  },
  run,
);

async function run({
  config,
  logger,
  onStop,
  fail,
}: RunningProcess<ReturnType<typeof readAggregatorConfig>>): Promise<void> {
  const health = await openHealth(config, logger);
  const ticks = new TickHistory(Date.now);
  aggregatorMetrics(health.metrics, ticks);
  health.readyWhen(() => ticks.problems());
  const kafka = connectKafka(config, 'api-credits-aggregator', logger);
  const client = connectClickHouse(config, 'api-credits aggregator', {
    requestTimeoutMs: (SEAL_WITHIN_S + 60) * 1_000,
    keepIdleMs: KEEP_IDLE_MS,
    settings: prioritySettings('background'),
  });
  const topics = topicNames(config.TOPIC_PREFIX);
  // Beside the work: what needs no Kafka is done without it.
  firstContact(config, 'api-credits-aggregator', logger, (admin) =>
    checkReplication(admin, [topics.dailyCharges], config.ON_LOW_REPLICATION, logger),
  ).catch(fail);
  const log = openLandedLog(kafka, client, topics.dailyCharges, config.LOG_LANDED_TIMEOUT_MS);

  const aggregator = {
    client,
    log,
    // The API may only read: this process writes the snapshots that both start from.
    store: createSettingsStore(client, config.UNKNOWN_ORGS, {
      changesPerSnapshot: CHANGES_PER_SNAPSHOT,
      onError: (error) => logger.error({ err: error }, 'settings snapshot not written'),
    }),
    now: Date.now,
    startedAt: Date.now(),
    topics,
    resealPace: new ResealPace(() => performance.now()),
    timing: { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS, gatherMs: config.GATHER_MS },
  };

  const lease = new Lease(client, 'tick', randomUUID(), logger);

  /** Before anything is closed by them. */
  async function adopt(): Promise<void> {
    const effectiveAt = await adoptBundledRelease(client, Date.now());
    if (effectiveAt === undefined) return;
    const release = { version: TIME_ZONE_RULES.version, effectiveAt: formatInstant(effectiveAt) };
    logger.info(release, 'time zone rules adopted');
  }

  /** The next tick retries a failed one: the recorded progress says what is still to do. */
  let setAside = 0;
  let isAdopted = false;
  let quietUntilMs = 0;
  let isLeftOut = false;
  let isClusterChecked = false;
  firstClusterContact(config, 'api-credits aggregator', logger).then(() => (isClusterChecked = true), fail);
  async function wake(): Promise<void> {
    // Not awaited: a stop waits for the running tick, and ClickHouse may not answer for long.
    if (!isClusterChecked) return;
    // While nothing is due, half of the ticks find that out soon enough.
    const foundNothingUntilMs = quietUntilMs;
    const isQuiet = performance.now() < foundNothingUntilMs;
    isLeftOut = isQuiet && !isLeftOut;
    if (isLeftOut) return;
    quietUntilMs = 0;
    ticks.started();
    try {
      if (!isAdopted) await adopt();
      isAdopted = true;
      if (ticks.lastOutcome === 'failed') await sleep(OTHERS_FIRST_MS);
      if (!(await lease.take())) return ticks.stoodBy();
      if (isQuiet && !(await isAnythingDue(aggregator))) {
        quietUntilMs = foundNothingUntilMs;
        return ticks.foundNothing();
      }
      const report = await lease.during(() => tick(aggregator));
      ticks.succeeded(report);
      const { orgsSetAside, hoursSealed, invalidationsCleared, chargesAppended } = report;
      const isNews = orgsSetAside !== setAside || hoursSealed + invalidationsCleared + chargesAppended > 0;
      if (isNews) logger[orgsSetAside > setAside ? 'warn' : 'info'](report, 'tick');
      setAside = orgsSetAside;
      if (!isNews && setAside === 0) quietUntilMs = performance.now() + QUIET_FOR_MS;
    } catch (error) {
      ticks.failed();
      logger.error({ err: error }, 'tick failed, the next one retries');
      await lease.release();
    }
  }

  const background = startBackgroundWork({
    config,
    client,
    store: aggregator.store,
    topics,
    isOurs: () => ticks.lastOutcome === 'succeeded',
    logger,
  });

  let running: Promise<void> = Promise.resolve();
  const task = schedule(config.TICK, () => (running = wake()), {
    // In UTC, so that daylight saving time never skips or repeats a wake-up.
    timezone: 'UTC',
    noOverlap: true,
    // After a backlog a tick often takes longer than the pause between two: that is not worth a warning.
    logger: {
      info: (message) => logger.debug(message),
      debug: (message) => logger.debug(String(message)),
      warn: (message) => logger.debug(message),
      error: (message) => logger.error(String(message)),
    },
  });

  onStop(async () => {
    health.readyWhen(() => ['The process is stopping']);
    await task.destroy();
    await Promise.all([running, background.stop()]);
    await lease.release();
    await log.close();
    await client.close();
  });
  logger.info({ tick: config.TICK, timeZoneRules: TIME_ZONE_RULES }, 'aggregator started');
}
