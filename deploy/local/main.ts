/** The local stack: what `npm start` does once the checkout is prepared. */
import { createSignInCode, voidSignInCodes } from '../../api/dashboard/sign-in-codes.ts';
import { isOn } from '../../api/config.ts';
import { messageOf } from '../../platform/command-line/command.ts';
import { topicNames } from '../../schemas/topics.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { ensureTopics, connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { enforceRetention } from '../../store/retention.ts';
import { logFileOf } from './child.ts';
import { killAfterMs, readLocalConfig, type LocalConfig } from './config.ts';
import { childLogin, clickhouseAs, loginsOf, stackEnvironment } from './environment.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { killLeftovers } from './pid-record.ts';
import { LOGINS, STAGES, superviseStage, untilApiAnswers } from './pipeline.ts';
import { assertPortFree } from './ports.ts';
import { replaySample } from './replay-sample.ts';
import { untilSettled } from './settled.ts';
import { signInLink } from './sign-in-link.ts';
import { createShutdown, onNpmGone, onSignals } from './shutdown.ts';
import { createStackFile } from './stack.ts';
import { startServers, type ServerPlaces } from './start-servers.ts';
import { createSteps } from './steps.ts';
import { summaryLines, type ReplayFigures } from './summary.ts';
import { takeDataDir } from './take-data-dir.ts';

const SETTLED_WITHIN_MS = 600_000;
const REPLAY_STOP_WITHIN_MS = 6_000;
/** If the broker stops answering during the start, kafkajs fails instead of waiting forever. */
const KAFKA_RETRIES = 8;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const shutdown = createShutdown((error) => print(`while stopping: ${messageOf(error)}`));

try {
  await start(readLocalConfig(process.env));
} catch (error) {
  await fail(error);
}

async function start(config: LocalConfig): Promise<void> {
  // Everything that the stack and its processes write is for this user alone.
  process.umask(0o077);
  const { step, stepTimes } = createSteps(print, Date.now);
  const url = `http://127.0.0.1:${config.PORT}`;

  await takeDataDir(config, shutdown, print);
  await assertPortFree(config.PORT, 'PORT');
  endOnSignals(config.DATA_DIR);

  const stack = createStackFile(config.DATA_DIR);
  const fleet = createFleet({
    dataDir: config.DATA_DIR,
    shutdown,
    print,
    onChange: stack.update,
    onGiveUp: (error) => void fail(error),
  });
  const servers = await step('Kafka and ClickHouse', () => startServers(config, fleet));
  const pipeline = connect(config, servers);
  await step('tables and topics', async () => {
    const asOwner = clickhouseAs(config, servers, 'owner');
    await migrate(asOwner);
    // The consumer may not change the local tables: it finds this done.
    await enforceRetention(asOwner, config.RETENTION_DAYS);
    await ensureTopics(pipeline.kafka, pipeline.topics, config.CALL_PARTITIONS);
  });

  const environment = stackEnvironment(config, servers, process.env);
  await step('consumer, aggregator and API', () => startPipeline(config, servers, environment, fleet, url));
  shutdown.add(stack.remove);
  stack.publish(() => ({ url, settings: environment, ...loginsOf(servers), pids: fleet.pids() }));

  const figures =
    config.REPLAY === 'sample' ? await step('replay', () => replay(config, environment)) : undefined;
  await step('settling', () => untilSettled(pipeline, SETTLED_WITHIN_MS));

  for (const line of await summaryLines(pipeline.client, figures, stepTimes)) print(line);
  await pipeline.client.close();
  voidSignInCodes(config.DATA_DIR);
  if (isOn(environment['LOCAL_SIGN_IN'] ?? '')) {
    print(`sign in: ${signInLink(url, createSignInCode(config.DATA_DIR))}`);
  }
  print(`ready ${url}`);
}

function replay({ DATA_DIR }: LocalConfig, environment: Record<string, string>): Promise<ReplayFigures> {
  const terminal = process.stdout.isTTY ? process.stdout : undefined;
  return replaySample(DATA_DIR, environment, { print, now: Date.now, terminal }, (child) =>
    shutdown.add(() => child.stop(REPLAY_STOP_WITHIN_MS)),
  );
}

function connect(config: LocalConfig, servers: ServerPlaces) {
  const kafkaConfig = { ...config, KAFKA_BROKERS: servers.brokers };
  return {
    kafka: connectKafka(kafkaConfig, 'api-credits start', createLogger('start', 'fatal'), KAFKA_RETRIES),
    client: connectClickHouse(clickhouseAs(config, servers, 'reader'), 'api-credits start'),
    topics: topicNames(config.TOPIC_PREFIX),
    timing: { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS },
    now: Date.now,
  };
}

async function startPipeline(
  config: LocalConfig,
  servers: ServerPlaces,
  environment: Record<string, string>,
  fleet: Fleet,
  url: string,
): Promise<void> {
  const options = { dataDir: config.DATA_DIR, killAfterMs: killAfterMs(config) };
  for (const stage of STAGES) {
    const env = { ...environment, ...childLogin(servers, LOGINS[stage]) };
    await fleet.add((watch) => superviseStage(stage, { ...options, env }, watch));
  }
  await untilApiAnswers(url, logFileOf(config.DATA_DIR, 'api'));
}

function endOnSignals(dataDir: string): void {
  const force = (): void => {
    killLeftovers(dataDir);
    process.exit(1);
  };
  onSignals(() => void end(), force, Date.now);
  onNpmGone(() => void end(), process.env);
}

async function end(): Promise<void> {
  print('stopping ...');
  await shutdown.run();
  process.exit(0);
}

/** Prints the error, stops everything and exits with code 1. An error during a requested stop changes nothing. */
async function fail(error: unknown): Promise<void> {
  if (shutdown.isRunning) return;
  process.stderr.write(`${messageOf(error)}\n`);
  await shutdown.run();
  process.exit(1);
}
