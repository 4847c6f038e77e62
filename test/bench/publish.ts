import { count } from '../../cli/table.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { encodeCallEvent } from '../../schemas/call-event.ts';
import { topicNames } from '../../schemas/topics.ts';
import type { Benchmark, Measure, Target } from './benchmark.ts';
import { PARTITIONS } from './call-topics.ts';
import { callEvent } from './calls.ts';
import { runJavaProducer } from './java-producer.ts';
import { plan, type Places } from './plan.ts';
import { startProgram } from './program-messages.ts';

interface PublishSize {
  readonly calls: number;
  readonly rounds: number;
}

/** Publishing by the SDK, as an API server does, against producers that get bytes and send them. */
export const publish = plan<PublishSize>(
  {
    full: { calls: 2_000_000, rounds: 3 },
    small: { calls: 50_000, rounds: 2 },
    tiny: { calls: 300, rounds: 1 },
  },
  async (places, size) => [await publishBenchmark(places, size)],
);

const KAFKAJS = 'kafkajs, the same bytes';
const JAVA = 'Java producer tool';
const TARGETS: readonly Target[] = [{ figure: 'cpu of publisher', against: KAFKAJS, atLeast: 2, aim: 5 }];

async function publishBenchmark(
  { open, kafkaPid }: Places,
  { calls, rounds }: PublishSize,
): Promise<Benchmark> {
  const opened = open('bench_publish');
  const namespace = opened.settings;
  const topics = topicNames(namespace.TOPIC_PREFIX);
  const javaTopic = `${namespace.TOPIC_PREFIX}java`;
  const kafka = connectKafka(namespace, 'bench', createLogger('bench', 'fatal'));
  await ensureTopics(kafka, topics, PARTITIONS);
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: javaTopic, numPartitions: PARTITIONS }] });
  await admin.disconnect();

  const publishingBy = (name: string) => async (measure: Measure) => {
    const program = await startProgram(name, { ...namespace, CALLS: String(calls) });
    try {
      await measure({ publisher: program.pid, Kafka: kafkaPid }, async () => {
        await program.ask('publish');
      });
    } finally {
      await program.end();
    }
  };

  const bytes = meanBytes(calls);
  const runJava = (records: number) => runJavaProducer(namespace.KAFKA_BROKERS, javaTopic, records, bytes);
  /** Less what a run of one record takes: the start of the JVM is not publishing. */
  async function publishWithJava(measure: Measure): Promise<void> {
    const start = await runJava(1);
    await measure({ Kafka: kafkaPid }, async () => {
      const { seconds, cpuSeconds } = await runJava(calls);
      if (cpuSeconds === undefined || start.cpuSeconds === undefined) return { seconds };
      return { seconds, cpuSeconds: { publisher: cpuSeconds - start.cpuSeconds } };
    });
  }

  return {
    name: 'publish',
    work: `${count(calls)} calls of ${bytes} bytes into ${PARTITIONS} partitions, acknowledged`,
    unit: 'call',
    count: calls,
    cpuPer: 1_000_000,
    rounds,
    ours: { name: 'SDK', run: publishingBy('sdk-publisher.ts') },
    others: [
      { name: KAFKAJS, run: publishingBy('kafkajs-publisher.ts') },
      { name: JAVA, run: publishWithJava },
    ],
    targets: TARGETS,
    close: () => opened.drop(),
  };
}

/** Of the values that the SDK publishes. */
function meanBytes(calls: number): number {
  const sample = Math.min(calls, 1_000);
  const values = Array.from({ length: sample }, (_, index) => encodeCallEvent(callEvent(index, Date.now())));
  return Math.round(values.reduce((sum, value) => sum + value.length, 0) / sample);
}
