import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { readConfig } from '../../platform/config.ts';
import { clickhouseVariables, kafkaVariables, closingVariables } from '../../platform/variables.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { readStack, type Stack } from '../../deploy/local/stack.ts';
import { stackVariables } from '../../deploy/local/stack-variables.ts';
import { createLogger } from '../../platform/logging.ts';
import { topicNames } from '../../schemas/topics.ts';
import { watchAlert } from './alert.ts';
import { countedKinds, countRetries } from './counts.ts';
import { injectAll, RunClock } from './fault-schedule.ts';
import type { Inputs } from './inputs-plan.ts';
import { Ledger } from './ledger.ts';
import { checkLog } from './log.ts';
import type { Fault } from './plan.ts';
import { LimitChanges } from './limit-changes.ts';
import { historyDifferences } from './poison.ts';
import { publishBase } from './base-load.ts';
import { LedgerPublisher, publishAll } from './publish.ts';
import { MeteredServer } from './metered-server.ts';
import { publishInputs } from './publish-inputs.ts';
import { requestsTo } from './requests.ts';
import type { ChaosServers } from './servers.ts';
import { createTraffic } from './traffic.ts';
import { untilItSettles } from './settle.ts';
import { differencesOf } from './verify.ts';
import { watchFiring } from './firing.ts';
import { watchCurrentUsage } from './watch.ts';

export interface ChaosOptions {
  /** Determines the calls. */
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly Fault[];
  /** What is published besides good calls. */
  readonly inputs: Inputs;
  /** Of a running stack whose API accepts tokens signed with `secret`. */
  readonly dataDir: string;
  readonly secret: string;
  /** Of the stack, to be hit. */
  readonly servers: ChaosServers;
  readonly print: (line: string) => void;
}

const ALERT = 'invalid-records';

/** Each API has the port after the one before (deploy/local/members.ts). */
function apisOf({ url, pids }: Stack): string[] {
  const { hostname, port } = new URL(url);
  const names = Object.keys(pids).filter((name) => /^api(-|$)/.test(name));
  return names.map((_, index) => `http://${hostname}:${Number(port) + index}`);
}

/**
 * Publishes for a while and injects faults meanwhile, waits until the pipeline has settled and compares every figure.
 * @returns the differences, a line each
 */
export async function runChaos(options: ChaosOptions): Promise<string[]> {
  const { seed, seconds, faults, inputs, dataDir, secret, servers, print } = options;
  const stack = readStack(dataDir);
  const { url } = stack;
  // Doubles of the consumer and the aggregator write.
  const variables = { ...servers.login, ...stackVariables(stack, 'writer', servers.login) };
  const config = readConfig(variables, { ...kafkaVariables, ...clickhouseVariables });
  const topics = topicNames(config.TOPIC_PREFIX);
  const { get, watch, put, getOverall } = requestsTo(apisOf(stack), secret);

  const ledger = new Ledger();
  const limits = new LimitChanges();
  const publisher = new LedgerPublisher(config, topics, ledger);
  const server = await MeteredServer.start(
    { brokers: config.KAFKA_BROKERS, topicPrefix: config.TOPIC_PREFIX },
    ledger,
  );
  const firing = await watchFiring(dataDir, apisOf(stack));
  await publishBase(publisher, ledger, createTraffic(seed + 2), watch);
  const clock = new RunClock();
  const { until } = clock;
  const report = (what: string): void =>
    print(`${(clock.elapsedMs / 1_000).toFixed(1).padStart(6)} s  ${what}`);

  const over = new AbortController();
  const settled = new AbortController();
  const alert = watchAlert(url, ALERT, settled.signal);
  async function untilOver(): Promise<void> {
    const targets = { dataDir, variables, publisher: server, servers };
    try {
      await Promise.all([injectAll(faults, targets, clock, report), until(seconds * 1_000)]);
    } finally {
      over.abort();
    }
  }
  const run = {
    kafka: config,
    topics,
    seed,
    ledger,
    limits,
    put,
    publisher,
    until,
    over: over.signal,
    report,
  };
  const [{ answers, failures, wrong }, { transactions, invalid }] = await Promise.all([
    watchCurrentUsage(ledger, watch, over.signal),
    publishInputs(inputs, run),
    publishAll(publisher, createTraffic(seed), over.signal),
    server.makeCalls(createTraffic(seed + 1), over.signal),
    untilOver(),
  ]);
  await publisher.close();
  const { calls, resolved } = await server.finish();
  report(
    `an API server killed ${server.kills} times had ${resolved} of ${calls} calls on its spool or in Kafka; ` +
      'its clients made the others again',
  );
  report(
    `${faults.length} faults; ${ledger.size} distinct calls published; ` +
      `${answers} requests for the current usage answered, ${failures} not`,
  );
  report(`faults: ${countedKinds(faults)}; ${countRetries(dataDir)} steps failed and were tried again`);
  report(
    `transactions: ${transactions.commit} committed, ${transactions.abort} aborted, ` +
      `${transactions.abandon} abandoned, ${transactions.failed} ended by a fault`,
  );

  const client = connectClickHouse(config, 'chaos');
  const kafka = connectKafka(config, 'chaos', createLogger('chaos', 'silent'));
  try {
    const log = await checkLog(kafka, topics.calls, ledger);
    report(
      `${log.acknowledged} calls acknowledged, ${log.lost.length} of them lost; ` +
        `${log.records} records in the log, ${log.distinct} calls, ${log.invalid} invalid records`,
    );
    const { SEAL_DELAY_MS: sealDelayMs, GRACE_MS: graceMs } = readConfig(variables, closingVariables);
    const timing = { sealDelayMs, graceMs };
    await untilItSettles({ kafka, client, topics, timing, now: Date.now });
    settled.abort();
    report('settled; comparing');
    const alerts = await firing?.outcome();
    report(alerts ? `alerts that fired: ${alerts.fired.join(', ')}` : 'no Prometheus to see alerts fire');
    const found = await differencesOf({
      ledger,
      limits,
      client,
      get,
      getOverall,
      invalid: log.invalid,
      now: Date.now(),
    });
    const lost = log.lost.slice(0, 10).map((id) => `acknowledged, but not in the log: ${id}`);
    return [
      ...wrong,
      ...lost,
      ...(answers === 0 ? ['no request for the current usage was answered'] : []),
      ...(log.distinctInvalid === invalid
        ? []
        : [`invalid records in the log: ${log.distinctInvalid} instead of ${invalid}`]),
      ...((await alert) ? [] : [`/readyz never showed the alert ${ALERT}`]),
      ...(alerts?.missing ?? []).map((name) => `the alert ${name} never fired`),
      ...(await historyDifferences(inputs.poison, limits, get)),
      ...found,
    ];
  } finally {
    settled.abort();
    await firing?.stop();
    await client.close();
  }
}
