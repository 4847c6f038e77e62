import { ConfigError, readConfig } from '../platform/config.ts';
import { AcknowledgedProducer } from '../platform/kafka/acknowledged-producer.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { createLogger } from '../platform/logging.ts';
import { assertRetention, enforceRetention } from '../store/retention.ts';
import { topicNames } from '../schemas/topics.ts';
import { Block } from './write/insert-batch.ts';
import { chargesLog } from './write/charges-log.ts';
import { newCounters } from './counters.ts';
import { Inserts } from './write/inserts.ts';
import { Intake } from './intake.ts';
import { landingOf } from './write/landing-order.ts';
import { logTaker, type LandedLog } from './write/log-writer.ts';
import { BatchWriter } from './write/batch-writer.ts';
import { createRetry } from './retry.ts';
import { Progress } from './write/progress-writer.ts';
import { Quarantine } from './write/dead-letters.ts';
import { SchemaTopic } from './decode/schema-topic.ts';
import { settingsLog } from './write/settings-log.ts';
import { consumerSettings } from './config.ts';
import { Source } from './fetch/source.ts';
import { stopOnSignal } from '../platform/stop.ts';
import { checkTopics } from './fetch/topic-check.ts';
import { WriterSchemas } from './decode/writer-schemas.ts';

const logger = createLogger('consumer', process.env['LOG_LEVEL'] ?? 'info');

try {
  await run();
} catch (error) {
  logger.fatal(
    { err: error },
    error instanceof ConfigError
      ? error.message
      : 'the consumer cannot start; mend the cause and start it again',
  );
  process.exit(1);
}

async function run(): Promise<void> {
  const config = readConfig(process.env, consumerSettings);
  assertRetention(config);
  logger.level = config.LOG_LEVEL;
  const topics = topicNames(config.TOPIC_PREFIX);
  const giveUp = new AbortController();
  const counters = newCounters();
  const retryUntilSuccess = createRetry(logger, counters, giveUp.signal);
  const die = (error: unknown): void => {
    logger.fatal({ err: error }, 'the consumer cannot go on; what had not landed was not committed');
    process.exit(1);
  };

  // Connections.
  const kafka = connectKafka(config, 'api-credits-consumer', logger);
  const admin = kafka.admin();
  const producer = new AcknowledgedProducer(kafka);
  await admin.connect();
  await checkTopics(admin, Object.values(topics));
  // ClickHouse may be away at the start as at any other time.
  const kept = await retryUntilSuccess('setting the retention', () =>
    enforceRetention(config, config.RETENTION_DAYS),
  );
  const inserts = new Inserts(config);
  const quarantine = new Quarantine(producer, topics.dead, inserts, counters);

  // Call events: fetch, validate and transcode, land, commit.
  const source = (topic: string, groupId: string) => {
    const settings = {
      topic,
      groupId,
      fetchBytes: config.FETCH_BYTES,
      sessionTimeoutMs: config.SESSION_TIMEOUT_MS,
    };
    return new Source(kafka, admin, settings, retryUntilSuccess, counters, die, logger);
  };
  // Two stacks on one cluster have topics of their own, and so must their groups be: members of one group that
  // subscribe to different topics are assigned each other's partitions.
  const group = `${config.TOPIC_PREFIX}${config.CONSUMER_GROUP}`;
  const calls = source(topics.calls, group);
  const land = landingOf({
    inserts,
    quarantine,
    retryUntilSuccess,
    counters,
    onLanded: calls.onLanded,
    now: Date.now,
  });
  const newBlock = () => new Block(config.BLOCK_ROWS, config.BLOCK_BYTES);
  const batchWriter = new BatchWriter([newBlock(), newBlock()], config.BLOCK_AGE_MS, land, die);
  const schemas = new WriterSchemas();
  const schemaTopic = new SchemaTopic(kafka, admin, topics.writerSchemas, group, schemas, logger, die);
  const limits = { ...kept, futureMs: config.FUTURE_LIMIT_MS, latenessMs: config.LATENESS_LIMIT_MS };
  const intake = new Intake(batchWriter, schemas, schemaTopic, limits, calls.onTaken);

  // The logs whose order decides things: the same stages, each batch at once.
  const charges = source(topics.dailyCharges, `${group}.charges`);
  const settings = source(topics.settings, `${group}.settings`);
  const takerOf = (log: LandedLog, { onTaken, onLanded }: Source) =>
    logTaker(log, { inserts, quarantine, retryUntilSuccess, counters, onTaken, onLanded });

  const sources = [calls, charges, settings];
  const progress = new Progress(sources, admin, inserts, logger, Date.now);

  stopOnSignal(logger, config.STOP_TIMEOUT_MS, giveUp, async () => {
    for (const { fetcher } of sources) fetcher.halt();
    await batchWriter.drain();
    await Promise.all([...sources.map(({ fetcher }) => fetcher.leave()), progress.stop()]);
    await Promise.all([schemaTopic.stop(), producer.close(), admin.disconnect()]);
    inserts.close();
    logger.info({ counters }, 'stopped');
  });
  await Promise.all([
    calls.fetcher.start(intake.take),
    charges.fetcher.start(takerOf(chargesLog, charges)),
    settings.fetcher.start(takerOf(settingsLog, settings)),
  ]);
  progress.start(config.PROGRESS_INTERVAL_MS);
  logger.info({ group, topics }, 'landing');
}
