import { randomUUID } from 'node:crypto';
import { openHealth } from '../platform/health/server.ts';
import { clusterOf } from '../platform/clickhouse/cluster.ts';
import { connectClickHouse } from '../platform/clickhouse/connect.ts';
import { firstClusterContact } from '../platform/clickhouse/first-contact.ts';
import { ServerClock } from '../platform/clickhouse/server-clock.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { firstContact } from '../platform/kafka/first-contact.ts';
import { checkReplication } from '../platform/kafka/replication-check.ts';
import { runProcess, type RunningProcess } from '../platform/lifecycle/run-process.ts';
import { tokenRulesOf } from '../platform/tokens/rules.ts';
import { GATE_TIMING } from '../domain/gate/timing.ts';
import { topicNames } from '../schemas/topics.ts';
import { createSettingsStore } from '../store/settings/store.ts';
import { Accounts } from './accounts.ts';
import { Directory } from './advertised.ts';
import { createTokenCheck } from './auth.ts';
import { Background } from './background.ts';
import { Checkpoints } from './checkpoints.ts';
import { readGateConfig, type GateConfig } from './config.ts';
import { Decisions } from './decisions.ts';
import { LeaseLog } from './lease-log.ts';
import { Membership } from './membership.ts';
import { gateMetrics } from './metrics.ts';
import { buildServer } from './server.ts';

/** Milliseconds of a monotonic clock. */
const uptime = (): number => performance.now();
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_IDLE_MS = 10_000;
/** The caller of a grant repeats it. */
const LOG_RETRIES = 1;

await runProcess(
  {
    name: 'gate',
    readConfig: readGateConfig,
    unfinished: 'what was granted is in the log of leases, and the next gate knows it',
  },
  run,
);

async function run({ config, logger, onStop, fail }: RunningProcess<GateConfig>): Promise<void> {
  const health = await openHealth(config, logger);
  const topics = topicNames(config.TOPIC_PREFIX);
  await firstContact(config, 'api-credits-gate', logger, (admin) =>
    checkReplication(admin, [topics.leases], config.ON_LOW_REPLICATION, logger),
  );
  const kafka = connectKafka(config, 'api-credits-gate', logger);
  const admin = kafka.admin();
  await admin.connect();
  await firstClusterContact(config, 'api-credits gate', logger);
  const client = connectClickHouse(config, 'api-credits gate', {
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    keepIdleMs: KEEP_IDLE_MS,
  });
  // Gates that differ about the time would differ about which calls the last 24 hours have.
  const clock = new ServerClock(client, uptime, clusterOf(config) !== undefined);
  const { now } = clock;
  const url = config.GATE_URL || `http://${config.HOST}:${config.PORT}`;
  const groupId = `${config.TOPIC_PREFIX}gate`;

  const log = new LeaseLog(
    connectKafka(config, 'api-credits-gate', logger, LOG_RETRIES),
    topics.leases,
    randomUUID,
  );
  const checkpoints = new Checkpoints(admin, client, topics.calls, uptime);
  const background = new Background({
    clock,
    settings: createSettingsStore(client, config.UNKNOWN_ORGS),
    checkpoints,
    accounts: () => accounts,
    decisions: () => decisions,
    uptime,
    logger,
  });
  const accounts = new Accounts({
    client,
    checkpoints,
    log,
    timing: { ...GATE_TIMING, clockDifferenceMs: config.CLOCK_DIFFERENCE_MS },
    now,
    uptime,
    url,
    ownership: () => membership.ownership,
    directory: new Directory(admin, groupId, topics.leases, uptime),
    settings: () => background.settings(),
    logger,
  });
  const membership = new Membership({
    kafka,
    admin,
    groupId,
    topic: topics.leases,
    url,
    sessionMs: config.GATE_SESSION_MS,
    now: uptime,
    logger,
    onOwned: (partition, leases) => accounts.owned(partition, leases),
    onLost: (partition) => accounts.lost(partition),
    onCrash: fail,
  });
  const decisions = new Decisions({
    renew: (request) => accounts.renew(request),
    now,
    uptime,
    newId: randomUUID,
  });

  const problems = (): string[] => [
    ...(background.isReady ? [] : ['The settings cannot be read from ClickHouse']),
    ...(membership.ownership.isMember ? [] : ['Kafka does not confirm the membership of the group']),
  ];
  health.readyWhen(problems);
  gateMetrics(health.metrics, { accounts, decisions, membership, checkpoints });
  const checkToken = createTokenCheck(config.keys, Date.now, tokenRulesOf(config));
  const app = buildServer({
    accounts,
    decisions,
    checkToken,
    isReady: () => problems().length === 0,
    logger,
  });

  background.start();
  await membership.start();
  await app.listen({ host: config.HOST, port: config.PORT });
  onStop(async () => {
    health.readyWhen(() => ['The process is stopping']);
    await app.close();
    await background.stop();
    await membership.stop();
    await log.close();
    await Promise.all([admin.disconnect(), client.close()]);
  });
  logger.info({ url, port: config.PORT }, 'gate started');
}
