import { setTimeout as sleep } from 'node:timers/promises';
import { signToken, type Claims } from '../../api/auth/tokens.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { clickhouseSettings, kafkaSettings, readConfig, timingSettings } from '../../platform/config.ts';
import type { KafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { untilSettled } from '../../deploy/local/settled.ts';
import { readStack } from '../../deploy/local/stack.ts';
import { createLogger } from '../../platform/logging.ts';
import { topicNames } from '../../schemas/topics.ts';
import { BrokerFaults } from './brokers.ts';
import { inject, wordsFor } from './inject.ts';
import { Ledger } from './ledger.ts';
import { checkLog } from './log.ts';
import type { Fault } from './plan.ts';
import { publishAll, publishBroken } from './publish.ts';
import { createTraffic } from './traffic.ts';
import { differencesOf } from './verify.ts';
import { watchCurrentUsage } from './watch.ts';

export interface ChaosOptions {
  /** Of the calls. */
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly Fault[];
  /** Of a running stack whose API takes tokens of the secret. */
  readonly dataDir: string;
  readonly secret: string;
  /** The brokers that the stack uses, where it does not start its own. */
  readonly cluster?: KafkaCluster;
  readonly say: (line: string) => void;
}

const ANSWER_WITHIN_MS = 30_000;
const SETTLED_WITHIN_MS = 180_000;

/**
 * Publishes for a while, lets faults happen meanwhile, waits until the pipeline is at rest and compares every figure.
 * @returns what was wrong, a line each; nothing where all is well
 */
export async function runChaos({
  seed,
  seconds,
  faults,
  dataDir,
  secret,
  cluster,
  say,
}: ChaosOptions): Promise<string[]> {
  const { url, settings } = readStack(dataDir);
  const config = readConfig(settings, { ...kafkaSettings, ...clickhouseSettings });
  const topics = topicNames(config.TOPIC_PREFIX);
  const getAs = async (claims: Claims, path: string): Promise<unknown> => {
    const token = await signToken(Buffer.from(secret), claims, Date.now() + 600_000);
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` }, signal });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const get = (path: string, org: string) => getAs({ role: 'admin', sub: 'chaos', org }, path);

  const ledger = new Ledger();
  const broken = await publishBroken(config, topics);
  const elapsed = stopwatch();
  const tell = (what: string): void => say(`${(elapsed() / 1_000).toFixed(1).padStart(6)} s  ${what}`);
  const until = (ms: number): Promise<void> => sleep(Math.max(0, ms - elapsed()));

  const brokerFaults = cluster && new BrokerFaults(cluster);
  async function letHappen(fault: Fault): Promise<void> {
    await until(fault.atMs);
    const begin = (): void => tell(wordsFor(fault));
    if (fault.brokers) {
      if (!(await brokerFaults?.inject(fault, begin))) tell(`${wordsFor(fault)}: did not come about`);
      return;
    }
    begin();
    if (!(await inject(fault, dataDir, settings))) tell(`... which did not come about (${fault.victim})`);
  }
  const over = new AbortController();
  async function allFaults(): Promise<void> {
    try {
      await Promise.all([...faults.map(letHappen), until(seconds * 1_000)]);
    } finally {
      over.abort();
    }
  }
  const [{ answers, failures, wrong }] = await Promise.all([
    watchCurrentUsage(ledger, (path, org) => get(path, org).catch(() => undefined), over.signal),
    publishAll(config, topics, createTraffic(seed), ledger, over.signal),
    allFaults(),
  ]);
  tell(
    `${faults.length} faults; ${ledger.size} distinct calls published; ${answers} gauges answered, ${failures} not`,
  );

  const client = connectClickHouse(config, 'chaos');
  const kafka = connectKafka(config, 'chaos', createLogger('chaos', 'silent'));
  try {
    const log = await checkLog(kafka, topics.calls, ledger);
    tell(
      `${log.acknowledged} calls acknowledged, ${log.lost.length} of them lost; ` +
        `${log.records} records in the log, ${log.distinct} calls`,
    );
    const { SEAL_DELAY_MS: sealDelayMs, GRACE_MS: graceMs } = readConfig(settings, timingSettings);
    const timing = { sealDelayMs, graceMs };
    await untilSettled({ kafka, client, topics, timing, now: Date.now }, SETTLED_WITHIN_MS);
    tell('at rest; comparing');
    const getOverall = (path: string) => getAs({ role: 'platform', sub: 'chaos' }, path);
    const found = await differencesOf({ ledger, client, get, getOverall, broken, now: Date.now() });
    const lost = log.lost.slice(0, 10).map((id) => `acknowledged, and not in the log: ${id}`);
    return [...wrong, ...lost, ...(answers === 0 ? ['no gauge was answered'] : []), ...found];
  } finally {
    await client.close();
  }
}

/** Milliseconds since it was made. */
function stopwatch(): () => number {
  const started = performance.now();
  return () => performance.now() - started;
}
