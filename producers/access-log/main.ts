import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { failCommand } from '../../platform/command-line/command.ts';
import { printableText } from '../../platform/printable-text.ts';
import { readKafkaConfig } from '../../platform/kafka/config.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { eventTimeVariables, logVariables } from '../../platform/variables.ts';
import { createLogger } from '../../platform/logging.ts';
import { topicNames } from '../../schemas/topics.ts';
import { kafkaTransport } from '../kafka-transport.ts';
import { createPublisher } from '../publisher.ts';
import { readArguments, USAGE, type ReplayArguments } from './arguments.ts';
import { findDestination } from './destination.ts';
import { jsonOutput, textOutput } from './output.ts';
import { replayLog } from './replay.ts';

/** `npm run replay`: arguments, settings, Kafka, the publisher, the replay, the exit code. */

const settings = {
  ...kafkaVariables,
  ...eventTimeVariables,
  LOG_LEVEL: { ...logVariables.LOG_LEVEL, default: 'warn' },
  DATA_DIR: Type.String({ default: '.data', minLength: 1 }),
};
/** How long an interrupt waits for Kafka to acknowledge events in flight. */
const INTERRUPT_MS = 5_000;

const write = (text: string): void => void process.stdout.write(printableText(text));

async function replay(args: ReplayArguments): Promise<void> {
  const config = readKafkaConfig(process.env, settings);
  const logger = createLogger('replay', config.LOG_LEVEL);
  const topics = topicNames(config.TOPIC_PREFIX);
  const destination = await findDestination(config, topics, logger);
  const limits = { futureMs: config.FUTURE_LIMIT_MS, latenessMs: config.LATENESS_LIMIT_MS };
  const publisher = createPublisher({
    transport: kafkaTransport({ kafka: config, topics, clientId: 'api-credits replay', logger }),
    now: Date.now,
    random: randomBytes,
    logger,
    futureLimitMs: limits.futureMs,
    latenessLimitMs: limits.latenessMs,
  });
  const interrupt = new AbortController();
  const onSignal = (): void => {
    interrupt.abort();
    // Undelivered events are not recorded as acknowledged, so the next run publishes them again.
    publisher.close(INTERRUPT_MS).catch(() => undefined);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);

  const terminal = process.stdout.isTTY ? process.stdout : undefined;
  const output = args.json ? jsonOutput(write) : textOutput(write, terminal, Date.now);
  try {
    const result = await replayLog({
      ...args,
      stdin: process.stdin,
      dataDir: config.DATA_DIR,
      again: !args.once,
      publisher,
      destination,
      limits,
      now: Date.now,
      onRead: (lines) => output.read(lines),
      onStart: (start) => output.started(start),
      onProgress: (published) => output.progressed(published),
      signal: interrupt.signal,
    });
    output.finished(result);
    await publisher.close();
  } finally {
    output.stopped();
    await publisher.close(0).catch(() => undefined);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

try {
  const args = readArguments(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  if (args) await replay(args);
  else process.stdout.write(USAGE);
} catch (error) {
  failCommand(error);
}
