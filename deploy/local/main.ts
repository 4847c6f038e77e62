/** The local stack: what `npm start` does once the checkout is prepared. */
import { createSignInCode, voidSignInCodes } from '../../api/dashboard/sign-in-codes.ts';
import { isOn } from '../../api/config.ts';
import { failCommand, messageOf } from '../../platform/command-line/command.ts';
import { topicNames } from '../../schemas/topics.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { readStartArguments, START_USAGE, type ProcessCounts } from './arguments.ts';
import { readLocalConfig, type LocalConfig } from './config.ts';
import { clickhouseAs, loginsOf, stackEnvironment } from './environment.ts';
import { createFleet } from './fleet.ts';
import { assertPortsFree, membersOf } from './members.ts';
import { PATIENCE_MS } from './given-servers.ts';
import { killLeftovers } from './pid-record.ts';
import { replaySample } from './replay-sample.ts';
import { whileServersBlink } from './server-away.ts';
import { untilSettled } from './settled.ts';
import { signInLink } from './sign-in-link.ts';
import { createShutdown, onNpmGone, onSignals } from './shutdown.ts';
import { createStackFile } from './stack.ts';
import { startPipeline, urlOf } from './start-pipeline.ts';
import { startServers, type ServerPlaces } from './start-servers.ts';
import { createSteps } from './steps.ts';
import { summaryLines, type ReplayFigures } from './summary.ts';
import { createTablesAndTopics } from './tables-and-topics.ts';
import { takeDataDir } from './take-data-dir.ts';

const SETTLED_WITHIN_MS = 600_000;
const REPLAY_STOP_WITHIN_MS = 6_000;
/** If the broker stops answering during the start, kafkajs fails instead of waiting forever. */
const KAFKA_RETRIES = 8;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const patience = { print, withinMs: PATIENCE_MS };
const shutdown = createShutdown((error) => print(`while stopping: ${messageOf(error)}`));

const requested = countsOf(process.argv.slice(2));
try {
  if (requested) await start(readLocalConfig(process.env), requested);
} catch (error) {
  await fail(error);
}

/** @returns undefined where nothing is to be started: for --help, and after a wrong command line */
function countsOf(args: readonly string[]): ProcessCounts | undefined {
  try {
    const read = readStartArguments(args);
    if (read === undefined) print(START_USAGE);
    return read;
  } catch (error) {
    failCommand(error);
    return undefined;
  }
}

async function start(config: LocalConfig, counts: ProcessCounts): Promise<void> {
  // Everything that the stack and its processes write is for this user alone.
  process.umask(0o077);
  const { step, stepTimes } = createSteps(print, Date.now);
  const members = membersOf(counts, config);
  const url = urlOf(config.PORT);

  await takeDataDir(config, shutdown, print);
  await assertPortsFree(members);
  endOnSignals(config.DATA_DIR);

  const stack = createStackFile(config.DATA_DIR);
  const fleet = createFleet({
    dataDir: config.DATA_DIR,
    shutdown,
    print,
    onChange: stack.update,
    onGiveUp: (error) => void fail(error),
  });
  const servers = await step('Kafka and ClickHouse', () => startServers(config, fleet, patience));
  const pipeline = connect(config, servers);
  const createAll = () => createTablesAndTopics(config, servers, pipeline);
  await step('tables and topics', () => whileServersBlink(createAll, patience));

  const environment = stackEnvironment(config, servers, process.env);
  await step('consumer, aggregator, alerts and API', () =>
    startPipeline(config, servers, environment, fleet, members),
  );
  shutdown.add(stack.remove);
  stack.publish(() => ({ url, settings: environment, ...loginsOf(servers), pids: fleet.pids() }));

  const figures =
    config.REPLAY === 'sample' ? await step('replay', () => replay(config, environment)) : undefined;
  const settle = () => untilSettled(pipeline, SETTLED_WITHIN_MS);
  await step('settling', () => whileServersBlink(settle, { print, withinMs: SETTLED_WITHIN_MS }));

  const summarise = () => summaryLines(pipeline.client, figures, stepTimes);
  for (const line of await whileServersBlink(summarise, patience)) print(line);
  await pipeline.client.close();
  voidSignInCodes(config.DATA_DIR);
  if (isOn(environment['LOCAL_SIGN_IN'] ?? '')) {
    print(`sign in: ${signInLink(url, createSignInCode(config.DATA_DIR))}`);
  }
  for (const { name, port } of members) {
    if (port !== undefined && port !== config.PORT) print(`${name} ${urlOf(port)}`);
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
