import { connectClickHouse } from '../platform/clickhouse/connect.ts';
import { firstClusterContact } from '../platform/clickhouse/first-contact.ts';
import { openHealth } from '../platform/health/server.ts';
import { AcknowledgedProducer } from '../platform/kafka/acknowledged-producer.ts';
import { asAccessError } from '../platform/kafka/access-error.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { firstContact } from '../platform/kafka/first-contact.ts';
import { checkReplication } from '../platform/kafka/replication-check.ts';
import { ENVIRONMENT_NAMES } from '../platform/kafka/security.ts';
import { SchemaRegistry } from '../platform/schema-registry/client.ts';
import { openTracing } from '../platform/tracing/tracing.ts';
import { runProcess, type RunningProcess } from '../platform/lifecycle/run-process.ts';
import { pipelineTopics, topicNames } from '../schemas/topics.ts';
import { InsertBatch } from './write/insert-batch.ts';
import { InsertPace } from './write/insert-pace.ts';
import { alertsLog } from './write/alerts-log.ts';
import { chargesLog } from './write/charges-log.ts';
import { consumerMetrics } from './metrics.ts';
import { newCounters } from './counters.ts';
import { FailingSteps } from './failing-steps.ts';
import { Inserts } from './write/inserts.ts';
import { Intake } from './intake.ts';
import { landInOrder, type LandingSteps } from './write/landing-order.ts';
import { landCallEvents } from './write/call-events.ts';
import { landDecisionLog, type DecisionLog } from './write/decision-log.ts';
import { BatchWriter } from './write/batch-writer.ts';
import { enforceRetentions } from './retentions.ts';
import { createRetry } from './retry.ts';
import { ProgressWriter } from './write/progress-writer.ts';
import { RangeRecorder, recordAtOnce } from './write/range-recorder.ts';
import { Quarantine } from './write/dead-letters.ts';
import { KnownErasures } from '../store/erasures/known-erasures.ts';
import { readErasures } from '../store/erasures/log.ts';
import { RecordDecoder } from '../store/decode/record-decoder.ts';
import { RegistrySchemas } from '../store/decode/registry-schemas.ts';
import { SchemaTopic } from '../store/decode/schema-topic.ts';
import { Transcoder } from '../store/decode/transcode.ts';
import { settingsLog } from './write/settings-log.ts';
import { readConsumerConfig } from './config.ts';
import { landingProblems } from './readiness.ts';
import { Source } from './fetch/source.ts';
import { checkTopics, knowTopics } from './fetch/topic-check.ts';
import { WriterSchemas } from '../store/decode/writer-schemas.ts';
import { WaveGuard } from './wave-guard.ts';

/** A little less than a fetch that brings nothing, so that there is one after each: calls wait for a rebalance. */
const HEARTBEAT_MS = 900;
/** After every third: Kafka's default. Heartbeats of the decision logs were a third of an idle consumer's requests. */
const RARE_HEARTBEAT_MS = 2_900;
/** A new schema ends the fetch. */
const SCHEMA_FETCH_MS = 5_000;

await runProcess(
  {
    name: 'consumer',
    readConfig: readConsumerConfig,
    unfinished: 'rows that have not landed were not committed and are fetched again',
  },
  run,
);

async function run({
  config,
  logger,
  onStop,
  giveUp,
  fail,
}: RunningProcess<ReturnType<typeof readConsumerConfig>>): Promise<void> {
  // Before the first wait: a probe must find a process that waits for Kafka.
  const health = await openHealth(config, logger);
  const topics = topicNames(config.TOPIC_PREFIX);
  const counters = newCounters();
  const failing = new FailingSteps(Date.now);
  const retryUntilSuccess = createRetry(logger, counters, failing, giveUp);

  // Connections.
  const allTopics = pipelineTopics(topics);
  await firstContact(config, 'api-credits-consumer', logger, async (admin) => {
    await checkTopics(admin, allTopics);
    await checkReplication(admin, allTopics, config.ON_LOW_REPLICATION, logger);
  });
  const kafka = connectKafka(config, 'api-credits-consumer', logger);
  const admin = kafka.admin();
  const producer = new AcknowledgedProducer(kafka);
  await admin.connect();
  await retryUntilSuccess('reading the topics', () => knowTopics(admin, allTopics));
  await firstClusterContact(config, 'api-credits consumer', logger);
  const kept = await enforceRetentions(config, retryUntilSuccess);
  const inserts = new Inserts(config);
  const quarantine = new Quarantine(producer, topics.dead, inserts, counters);

  // kafkajs retries what can be retried; a missing ACL cannot.
  const onCrash = (error: Error): void => fail(asAccessError(error, ENVIRONMENT_NAMES) ?? error);

  // Every topic lands in the same order.
  const source = (topic: string, groupId: string, heartbeatMs: number) => {
    const fetching = {
      topic,
      groupId,
      fetchBytes: config.FETCH_BYTES,
      sessionTimeoutMs: config.SESSION_TIMEOUT_MS,
      heartbeatMs,
      rack: config.KAFKA_RACK,
    };
    return new Source(kafka, admin, fetching, retryUntilSuccess, counters, onCrash, logger);
  };
  const recordingOf = ({ commit }: Source) => ({ inserts, retryUntilSuccess, commit });
  const landFrom = ({ onLanded }: Source, record: LandingSteps['record']) =>
    landInOrder({ quarantine, retryUntilSuccess, onLanded, record });

  // Call events: fetch, validate and transcode, land, commit.
  // Two stacks on one cluster have topics of their own and need groups of their own: members of one group that
  // subscribe to different topics are assigned each other's partitions.
  const group = `${config.TOPIC_PREFIX}${config.CONSUMER_GROUP}`;
  const calls = source(topics.calls, group, HEARTBEAT_MS);
  const newBatch = () => new InsertBatch(config.BATCH_ROWS, config.BATCH_BYTES);
  const ranges = new RangeRecorder(recordingOf(calls), fail, () => performance.now());
  const tracing = openTracing(config, 'api-credits-consumer', logger);
  const schemas = new WriterSchemas();
  const schemaTopic = new SchemaTopic(
    kafka,
    admin,
    topics.writerSchemas,
    group,
    schemas,
    logger,
    onCrash,
    SCHEMA_FETCH_MS,
  );
  schemaTopic.readAhead();
  const registry =
    config.registry && new RegistrySchemas(new SchemaRegistry(config.registry), retryUntilSuccess);
  const limits = { ...kept, futureMs: config.FUTURE_LIMIT_MS, latenessMs: config.LATENESS_LIMIT_MS };
  const decoder = new RecordDecoder(new Transcoder(limits), schemas, registry);
  const reading = connectClickHouse(config, 'api-credits consumer');
  const erasures = new KnownErasures(
    () => retryUntilSuccess('reading the erasures', () => readErasures(reading)),
    () => performance.now(),
  );
  const land = landFrom(calls, ranges.add);
  const landBatch = landCallEvents({ land, inserts, counters, erasures, decoder, tracing });
  const pace = new InsertPace(config.BATCH_LINGER_MS);
  const batchWriter = new BatchWriter([newBatch(), newBatch()], pace, landBatch, fail, () =>
    performance.now(),
  );
  const waveLimits = { percent: config.INVALID_PERCENT_LIMIT, records: config.INVALID_RECORDS_LIMIT };
  const waveGuard = new WaveGuard(waveLimits, config.ON_INVALID_WAVE === 'stop', logger, Date.now);
  const intake = new Intake(
    batchWriter,
    decoder,
    schemaTopic,
    waveGuard,
    calls.progress,
    tracing !== undefined,
  );

  // Decision logs: each fetched batch lands at once.
  const charges = source(topics.dailyCharges, `${group}.charges`, RARE_HEARTBEAT_MS);
  const settings = source(topics.settings, `${group}.settings`, RARE_HEARTBEAT_MS);
  const alerts = source(topics.alerts, `${group}.alerts`, RARE_HEARTBEAT_MS);
  const takerOf = <Row extends object>(log: DecisionLog<Row>, from: Source) =>
    landDecisionLog(log, {
      inserts,
      land: landFrom(from, recordAtOnce(recordingOf(from))),
      counters,
      erasures,
      onTaken: from.onTaken,
    });

  const sources = [calls, charges, settings, alerts];
  const progress = new ProgressWriter(sources, admin, inserts, logger, Date.now);

  const parts = { counters, sources, progress, failing, waveGuard };
  consumerMetrics(health.metrics, parts);
  health.readyWhen(() => landingProblems(parts, Date.now()));

  onStop(async () => {
    health.readyWhen(() => ['The process is stopping']);
    for (const { fetcher } of sources) fetcher.halt();
    // Not awaited: it waits for a fetch, for up to SCHEMA_FETCH_MS, and this reader has nothing that could be lost.
    schemaTopic.stop().catch(() => undefined);
    await batchWriter.drain();
    await ranges.flush();
    await Promise.all([...sources.map(({ fetcher }) => fetcher.leave()), progress.stop()]);
    await Promise.all([producer.close(), admin.disconnect(), tracing?.close()]);
    inserts.close();
    await reading.close();
    logger.info({ counters }, 'everything fetched has landed');
  });
  // It reports the partitions of one group while another one is still joined.
  progress.start(config.PROGRESS_INTERVAL_MS);
  await Promise.all([
    calls.fetcher.start(intake.take),
    charges.fetcher.start(takerOf(chargesLog, charges)),
    settings.fetcher.start(takerOf(settingsLog, settings)),
    alerts.fetcher.start(takerOf(alertsLog, alerts)),
  ]);
  logger.info({ group, topics }, 'landing');
}
