import { setTimeout as sleep } from 'node:timers/promises';
import { signToken, type Claims } from '../../api/auth/tokens.ts';
import { connectClickHouse } from '../../deploy/clickhouse.ts';
import { clickhouseSettings, kafkaSettings, readConfig } from '../../deploy/config.ts';
import { connectKafka } from '../../deploy/kafka.ts';
import { untilSettled } from '../../deploy/local/settled.ts';
import { readStack } from '../../deploy/local/stack.ts';
import { createLogger } from '../../deploy/logging.ts';
import { topicNames } from '../../schemas/topics.ts';
import { inject, wordsFor } from './inject.ts';
import { Ledger } from './ledger.ts';
import type { Fault } from './plan.ts';
import { publishAll, publishBroken } from './publish.ts';
import { createTraffic } from './traffic.ts';
import { differencesOf } from './verify.ts';
import { watchGauges } from './watch.ts';

export interface ChaosOptions {
  /** Of the calls. */
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly Fault[];
  /** Of a running stack whose API takes tokens of the secret. */
  readonly dataDir: string;
  readonly secret: string;
  readonly say: (line: string) => void;
}

const ANSWER_WITHIN_MS = 30_000;
const SETTLED_WITHIN_MS = 180_000;
const TIMING = { sealDelayMs: 60_000, graceMs: 900_000 };

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
  const over = new AbortController();
  const publishing = publishAll(config, topics, createTraffic(seed), ledger, over.signal);
  const watching = watchGauges(ledger, (path, org) => get(path, org).catch(() => undefined), over.signal);

  const started = performance.now();
  const elapsed = (): string => `${((performance.now() - started) / 1_000).toFixed(1).padStart(6)} s`;
  const until = (ms: number): Promise<void> => sleep(Math.max(0, ms - (performance.now() - started)));
  await Promise.all(
    faults.map(async (fault) => {
      await until(fault.atMs);
      say(`${elapsed()}  ${wordsFor(fault)}`);
      if (!(await inject(fault, dataDir, settings)))
        say(`${elapsed()}  ... but ${fault.victim} was not running`);
    }),
  );
  await until(seconds * 1_000);
  over.abort();
  const { answers, failures, wrong } = await watching;
  await publishing;
  say(
    `${elapsed()}  ${faults.length} faults; ${ledger.size} distinct calls published; ` +
      `${answers} gauges answered, ${failures} not`,
  );

  const client = connectClickHouse(config, 'chaos');
  const kafka = connectKafka(config, 'chaos', createLogger('chaos', 'silent'));
  try {
    const pipeline = { kafka, client, topics, timing: TIMING, now: Date.now };
    await untilSettled(pipeline, SETTLED_WITHIN_MS);
    say(`${elapsed()}  at rest; comparing`);
    const getOverall = (path: string) => getAs({ role: 'platform', sub: 'chaos' }, path);
    const now = Date.now();
    return [...wrong, ...(await differencesOf({ ledger, client, get, getOverall, broken, now }))];
  } finally {
    await client.close();
  }
}
