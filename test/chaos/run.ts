import { setTimeout as sleep } from 'node:timers/promises';
import { signToken, type Claims } from '../../api/auth/tokens.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { readConfig } from '../../platform/config.ts';
import { clickhouseVariables, kafkaVariables, closingVariables } from '../../platform/variables.ts';
import type { KafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { untilSettled } from '../../deploy/local/settled.ts';
import { readStack } from '../../deploy/local/stack.ts';
import { stackVariables } from '../../deploy/local/stack-variables.ts';
import { createLogger } from '../../platform/logging.ts';
import { MINUTE_MS } from '../../schemas/time-units.ts';
import { topicNames } from '../../schemas/topics.ts';
import { BrokerFaults } from './brokers.ts';
import { describeFault, inject } from './inject.ts';
import { Ledger } from './ledger.ts';
import { checkLog } from './log.ts';
import type { Fault } from './plan.ts';
import { publishAll, publishBroken } from './publish.ts';
import { createTraffic } from './traffic.ts';
import { differencesOf } from './verify.ts';
import { watchCurrentUsage } from './watch.ts';

export interface ChaosOptions {
  /** Determines the calls. */
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly Fault[];
  /** Of a running stack whose API accepts tokens signed with `secret`. */
  readonly dataDir: string;
  readonly secret: string;
  /** The brokers of the stack, if the run hits them. */
  readonly cluster?: KafkaCluster;
  readonly print: (line: string) => void;
}

const ANSWER_WITHIN_MS = 30_000;
const SETTLED_WITHIN_MS = 180_000;

/**
 * Publishes for a while and injects faults meanwhile, waits until the pipeline has settled and compares every figure.
 * @returns the differences, a line each
 */
export async function runChaos({
  seed,
  seconds,
  faults,
  dataDir,
  secret,
  cluster,
  print,
}: ChaosOptions): Promise<string[]> {
  const stack = readStack(dataDir);
  const { url } = stack;
  // Doubles of the consumer and the aggregator write.
  const variables = stackVariables(stack, 'writer', {});
  const config = readConfig(variables, { ...kafkaVariables, ...clickhouseVariables });
  const topics = topicNames(config.TOPIC_PREFIX);
  const getAs = async (claims: Claims, path: string): Promise<unknown> => {
    const token = await signToken(Buffer.from(secret), claims, Date.now() + 10 * MINUTE_MS);
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` }, signal });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const get = (path: string, org: string) => getAs({ role: 'admin', sub: 'chaos', org }, path);

  const ledger = new Ledger();
  const broken = await publishBroken(config, topics);
  const elapsed = stopwatch();
  const report = (what: string): void => print(`${(elapsed() / 1_000).toFixed(1).padStart(6)} s  ${what}`);
  const until = (ms: number): Promise<void> => sleep(Math.max(0, ms - elapsed()));

  const brokerFaults = cluster && new BrokerFaults(cluster);
  async function injectOnTime(fault: Fault): Promise<void> {
    await until(fault.atMs);
    const begin = (): void => report(describeFault(fault));
    if (fault.brokers) {
      if (!(await brokerFaults?.inject(fault, begin)))
        report(`${describeFault(fault)}: could not be injected`);
      return;
    }
    begin();
    if (!(await inject(fault, dataDir, variables)))
      report(`... which could not be injected (${fault.victim})`);
  }
  const over = new AbortController();
  async function injectAll(): Promise<void> {
    try {
      await Promise.all([...faults.map(injectOnTime), until(seconds * 1_000)]);
    } finally {
      over.abort();
    }
  }
  const [{ answers, failures, wrong }] = await Promise.all([
    watchCurrentUsage(ledger, (path, org) => get(path, org).catch(() => undefined), over.signal),
    publishAll(config, topics, createTraffic(seed), ledger, over.signal),
    injectAll(),
  ]);
  report(
    `${faults.length} faults; ${ledger.size} distinct calls published; ` +
      `${answers} requests for the current usage answered, ${failures} not`,
  );

  const client = connectClickHouse(config, 'chaos');
  const kafka = connectKafka(config, 'chaos', createLogger('chaos', 'silent'));
  try {
    const log = await checkLog(kafka, topics.calls, ledger);
    report(
      `${log.acknowledged} calls acknowledged, ${log.lost.length} of them lost; ` +
        `${log.records} records in the log, ${log.distinct} calls`,
    );
    const { SEAL_DELAY_MS: sealDelayMs, GRACE_MS: graceMs } = readConfig(variables, closingVariables);
    const timing = { sealDelayMs, graceMs };
    await untilSettled({ kafka, client, topics, timing, now: Date.now }, SETTLED_WITHIN_MS);
    report('settled; comparing');
    const getOverall = (path: string) => getAs({ role: 'platform', sub: 'chaos' }, path);
    const found = await differencesOf({ ledger, client, get, getOverall, broken, now: Date.now() });
    const lost = log.lost.slice(0, 10).map((id) => `acknowledged, but not in the log: ${id}`);
    return [
      ...wrong,
      ...lost,
      ...(answers === 0 ? ['no request for the current usage was answered'] : []),
      ...found,
    ];
  } finally {
    await client.close();
  }
}

/** @returns the milliseconds since this call */
function stopwatch(): () => number {
  const started = performance.now();
  return () => performance.now() - started;
}
