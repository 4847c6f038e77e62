import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { until } from '../../deploy/local/until.ts';
import { isRunning, readProcessRecord } from '../../deploy/local/process-record.ts';
import { topicNames } from '../../schemas/topics.ts';
import { signalProcess } from '../../deploy/local/process-identity.ts';
import { startConsumer } from '../consumers/consumer-process.ts';
import { attemptWithAdmin } from './broker-reads.ts';
import type { Fault, ProcessFault, Victim } from './fault.ts';

/** Partitions at once. */
const ADDED = 2;

/** A fault as a line for people. */
export function describeFault({ kind, victim, forMs, brokers, aheadMs = 0 }: Fault): string {
  const seconds = `${(forMs / 1_000).toFixed(1)} s`;
  const who = brokers ? brokers.map((broker) => `${victim}-${broker + 1}`).join(' and ') : victim;
  switch (kind) {
    case 'kill':
      return forMs === 0 ? `${who} killed` : `${who} killed, away for ${seconds}`;
    case 'freeze':
      return `${who} frozen for ${seconds}`;
    case 'join':
      return `another ${victim} joins, killed after ${seconds}`;
    case 'redeliver':
      return `everything redelivered to a new consumer group, killed after ${seconds}`;
    case 'rival':
      return `another ${victim} beside the first, killed after ${seconds}`;
    case 'cut':
      return `${who} cut for ${seconds}`;
    case 'delay':
      return `${who} slow for ${seconds}`;
    case 'silence':
      return `${who} silent for ${seconds}, its connections stay open`;
    case 'widen':
      return `${ADDED} partitions added to the call topic`;
    case 'jump':
      return `clock of ${who} ${Math.abs(aheadMs / 1_000).toFixed()} s ${aheadMs < 0 ? 'behind' : 'ahead'} for ${seconds}`;
    case 'read-only':
      return `${who} read-only for ${seconds}`;
    case 'out-of-memory':
      return `${who} out of memory for ${seconds}`;
    case 'full-disk':
      return `disk of ${who} full for ${seconds}`;
    case 'full-broker':
      return `disk of ${who} full: it halts, and is away for ${seconds}`;
    case 'kill-while-failing':
      return `${who} read-only until each consumer fails to insert, then both consumers killed`;
    case 'kill-while-delivering':
      return `${who} killed as soon as a delivery waits for its answer`;
    case 'stutter':
      return `${who} at a third of its speed for ${seconds}`;
  }
  throw new Error('no such fault');
}

/**
 * Injects one fault into a process of the stack. Resolves when the fault is over, not when the stack has recovered.
 * @param dataDir of the stack, or of the shards, whose processes are signalled
 * @param variables that make a process part of the stack
 * @returns false where the fault could not be injected: the process was not running, or did not start in time
 */
export async function inject(
  { kind, victim, forMs, atMs }: Fault & { readonly kind: ProcessFault },
  dataDir: string,
  variables: Readonly<Record<string, string>>,
): Promise<boolean> {
  switch (kind) {
    case 'join':
      return runBeside(variables, CONSUMER, forMs);
    case 'redeliver':
      return runBeside({ ...variables, CONSUMER_GROUP: `again-${atMs}` }, CONSUMER, forMs);
    case 'rival':
      return runBeside(variables, victim === 'alerts' ? ALERTS : AGGREGATOR, forMs);
    case 'widen':
      return addPartitions(variables);
    case 'kill':
    case 'freeze': {
      const pid = await startedPid(dataDir, victim);
      if (pid === undefined) return false;
      signalProcess(pid, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
      await sleep(forMs);
      if (kind === 'freeze' && runningPid(dataDir, victim) === pid) signalProcess(pid, 'SIGCONT');
      return true;
    }
  }
  throw new Error('no such fault');
}

/** Tries again while brokers are away. */
function addPartitions({ KAFKA_BROKERS = '', TOPIC_PREFIX = '' }: Readonly<Record<string, string>>) {
  const topic = topicNames(TOPIC_PREFIX).calls;
  const add = async (admin: Admin): Promise<true> => {
    const [before] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
    const count = (before?.partitions.length ?? 0) + ADDED;
    await admin.createPartitions({ topicPartitions: [{ topic, count }] });
    return true;
  };
  return until(async () => (await attemptWithAdmin(KAFKA_BROKERS, add)) ?? false, READY_WITHIN_MS);
}

/** The pid of a process that the stack has recorded, never that of a later one with the same pid; undefined where it has ended. */
export function runningPid(dataDir: string, victim: Victim): number | undefined {
  const recorded = readProcessRecord(join(dataDir, 'pids', `${victim}.json`));
  return recorded && isRunning(recorded) ? recorded.pid : undefined;
}

/** The same, once it runs again: another fault may just have ended it. Undefined where it does not within 30 s. */
export async function startedPid(dataDir: string, victim: Victim): Promise<number | undefined> {
  await until(() => runningPid(dataDir, victim) !== undefined, RESTARTED_WITHIN_MS);
  return runningPid(dataDir, victim);
}

const CONSUMER = { program: 'consumers/main.ts', readyMessage: 'partitions assigned' };
const AGGREGATOR = { program: 'aggregator/main.ts', readyMessage: 'aggregator started' };
const ALERTS = { program: 'alerts/main.ts', readyMessage: 'alerts started' };
const RESTARTED_WITHIN_MS = 30_000;
/** Kafka or ClickHouse may be away at that moment, and the machine busy. */
const READY_WITHIN_MS = 180_000;

/** Starts one more process and kills it some time after it is ready. */
async function runBeside(
  variables: Readonly<Record<string, string>>,
  { program, readyMessage }: typeof CONSUMER,
  forMs: number,
): Promise<boolean> {
  const child = startConsumer(variables, program);
  const isReady = await until(() => child.log().includes(readyMessage), READY_WITHIN_MS);
  if (isReady) await sleep(forMs);
  await child.kill();
  return isReady;
}
