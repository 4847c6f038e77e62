import { Type } from 'typebox';
import { count, table } from '../../cli/table.ts';
import { until } from '../../deploy/local/until.ts';
import { connectClickHouse, select } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { encodeCallEvent } from '../../schemas/call-event.ts';
import { topicNames } from '../../schemas/topics.ts';
import { startConsumer, type ConsumerProcess } from '../consumers/consumer-process.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { callEvent } from './calls.ts';
import { cpuSecondsOf } from './cpu.ts';
import { median } from './figures.ts';

export interface ConsumersSize {
  readonly calls: number;
  /** How many consumers share the partitions, one run after the other. */
  readonly groups: readonly number[];
  readonly rounds: number;
}

export interface ConsumersPlaces {
  readonly kafkaPid: number;
  /** Each combined with every number of consumers. */
  readonly stores: readonly Store[];
}

/** One ClickHouse server, or a cluster of shards. */
export interface Store {
  readonly shards: number;
  readonly pids: () => readonly number[];
  readonly open: (name: string) => { readonly settings: NamespaceSettings };
}

const PARTITIONS = 12;
const BATCH = 5_000;
const WITHIN_MS = 300_000;
/** Longer than the consumers are suspended: they keep their partitions. */
const SESSION_TIMEOUT_MS = '300000';
const MILLION = 1_000_000;
const Landed = Type.Object({ calls: Type.Integer(), credits: Type.Integer() });

interface Run {
  readonly seconds: number;
  /** For a million calls. */
  readonly cpu: { readonly consumers: number; readonly clickhouse: number; readonly kafka: number };
}

/**
 * Consumers in one group: calls a second, and the CPU of each part for a million calls, by the number of consumers and
 * of ClickHouse's shards. On a machine of a few cores all of them share these, so the CPU is what counts: where it stays the same, more consumers land
 * as many times more on cores of their own.
 * @returns lines of text
 */
export async function consumersReport(
  places: ConsumersPlaces,
  { calls, groups, rounds }: ConsumersSize,
  progress: (text: string) => void,
): Promise<string[]> {
  const cases = places.stores.flatMap((store) => groups.map((group) => ({ store, group, runs: noRuns() })));
  for (let round = 1; round <= rounds; round += 1) {
    // In turn, so that a busy moment of the machine does not hit one of them alone.
    for (const { store, group, runs } of cases) {
      progress(`consumers: ${group} of them, ${store.shards} shard(s), round ${round} of ${rounds}`);
      const { settings } = store.open(`consumers_${group}_${store.shards}_${round}`);
      runs.push(await landBy(group, calls, settings, store, places.kafkaPid));
    }
  }
  const rows = cases.map(({ store, group, runs }) => {
    const cpuOf = (part: keyof Run['cpu']): string => medianOf(runs, ({ cpu }) => cpu[part]).toFixed(2);
    const rate = count(Math.round(calls / medianOf(runs, ({ seconds }) => seconds)));
    const shards = String(store.shards);
    return [String(group), shards, rate, cpuOf('consumers'), cpuOf('clickhouse'), cpuOf('kafka')];
  });
  const head = [
    'consumers',
    'shards',
    'calls a second',
    'CPU-s for 1M: all consumers',
    'ClickHouse',
    'Kafka',
  ];
  return [
    `consumers: ${count(calls)} calls from ${PARTITIONS} partitions, medians of ${rounds}`,
    ...table(rows, head),
  ];
}

/** Lets consumers that have their partitions wait, publishes, and measures from when they go on until all has landed. */
async function landBy(
  size: number,
  calls: number,
  settings: NamespaceSettings,
  store: Store,
  kafkaPid: number,
): Promise<Run> {
  const topics = topicNames(settings.TOPIC_PREFIX);
  const kafka = connectKafka(settings, 'bench', createLogger('bench', 'fatal'));
  await Promise.all([ensureTopics(kafka, topics, PARTITIONS), migrate(settings)]);
  const client = connectClickHouse(settings, 'bench');
  const consumers = Array.from({ length: size }, () => startConsumer({ ...settings, SESSION_TIMEOUT_MS }));
  const signal = (name: NodeJS.Signals): void => consumers.forEach(({ pid }) => process.kill(pid, name));
  const landed = async (final: 'FINAL' | '') =>
    (
      await select(
        client,
        Landed,
        `SELECT count() AS calls, sum(credits) AS credits FROM call_events ${final}`,
      )
    )[0];
  try {
    const isShared = (): boolean =>
      consumers.flatMap((each) => partitionsOf(each, topics.calls)).length === PARTITIONS &&
      consumers.every((each) => partitionsOf(each, topics.calls).length > 0);
    await orFail(until(isShared, WITHIN_MS), 'The consumers did not share the partitions');
    signal('SIGSTOP');
    const credits = await publish();
    const cpu = () => ({
      consumers: cpuOf(consumers.map(({ pid }) => pid)),
      clickhouse: cpuOf(store.pids()),
      kafka: cpuOf([kafkaPid]),
    });
    const before = cpu();
    const startedAt = performance.now();
    signal('SIGCONT');
    await orFail(
      until(async () => ((await landed(''))?.calls ?? 0) >= calls, WITHIN_MS),
      `${calls} calls did not land`,
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = cpu();
    const distinct = await landed('FINAL');
    if (distinct?.calls !== calls || distinct.credits !== credits) {
      throw new Error(
        `${size} consumers landed ${JSON.stringify(distinct)} of ${calls} calls, ${credits} credits`,
      );
    }
    const perMillion = (part: keyof Run['cpu']): number => ((after[part] - before[part]) / calls) * MILLION;
    return {
      seconds,
      cpu: {
        consumers: perMillion('consumers'),
        clickhouse: perMillion('clickhouse'),
        kafka: perMillion('kafka'),
      },
    };
  } finally {
    signal('SIGCONT');
    await Promise.all(consumers.map((each) => each.stop()));
    await client.close();
  }

  /** As many calls in each partition. @returns their credits */
  async function publish(): Promise<number> {
    const producer = kafka.producer();
    await producer.connect();
    const occurredAt = Date.now();
    let credits = 0;
    for (let first = 0; first < calls; first += BATCH) {
      const messages = Array.from({ length: Math.min(BATCH, calls - first) }, (_, step) => {
        const index = first + step;
        const event = callEvent(index, occurredAt + Math.floor(index / 1_000));
        credits += event.credits;
        return { key: event.org_id, value: encodeCallEvent(event), partition: index % PARTITIONS };
      });
      await producer.send({ topic: topics.calls, messages });
    }
    await producer.disconnect();
    return credits;
  }
}

const medianOf = (of: readonly Run[], figure: (run: Run) => number): number => median(of.map(figure));
const noRuns = (): Run[] => [];

const cpuOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + (cpuSecondsOf(pid) ?? 0), 0);

/** The partitions that a consumer logged last as its own. */
function partitionsOf(consumer: ConsumerProcess, topic: string): string[] {
  const lines = consumer.log().split('\n');
  const last = lines.findLast((line) => line.includes('partitions assigned') && line.includes(`"${topic}"`));
  const partitions = /"partitions":\[([\d,]*)\]/.exec(last ?? '')?.[1] ?? '';
  return partitions === '' ? [] : partitions.split(',');
}

async function orFail(waiting: Promise<boolean>, message: string): Promise<void> {
  if (!(await waiting)) throw new Error(`${message} in time.`);
}
