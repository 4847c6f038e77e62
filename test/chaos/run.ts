import { readConfig } from '../../platform/config.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { readStack } from '../../deploy/local/stack.ts';
import { stackVariables } from '../../deploy/local/stack-variables.ts';
import { topicNames } from '../../schemas/topics.ts';
import { addressesOf, type StackPorts } from './addresses.ts';
import { watchAlert } from './alert.ts';
import { countedKinds, countRetries } from './counts.ts';
import { injectDuring, RunClock } from './fault-schedule.ts';
import { Guards } from './guards.ts';
import type { Inputs } from './inputs-plan.ts';
import { Ledger } from './ledger.ts';
import type { Fault } from './fault.ts';
import { LimitChanges } from './limit-changes.ts';
import { compareOutcome } from './outcome.ts';
import { historyDifferences } from './poison.ts';
import { publishBase } from './base-load.ts';
import { LedgerPublisher, publishAll } from './publish.ts';
import { MeteredServer } from './metered-server.ts';
import { publishInputs } from './publish-inputs.ts';
import { requestsTo } from './requests.ts';
import type { ChaosServers } from './servers.ts';
import { createTraffic } from './traffic.ts';
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
  readonly ports: StackPorts;
  /** Of the stack, to be hit. */
  readonly servers: ChaosServers;
  readonly print: (line: string) => void;
}

const ALERT = 'invalid-records';

/**
 * Publishes for a while and injects faults meanwhile, waits until the pipeline has settled and compares every figure.
 * @returns the differences, a line each
 */
export async function runChaos(options: ChaosOptions): Promise<string[]> {
  const { seed, seconds, faults, inputs, dataDir, secret, ports, servers, print } = options;
  const stack = readStack(dataDir);
  const { url } = stack;
  // Doubles of the consumer and the aggregator write.
  const variables = { ...servers.login, ...stackVariables(stack, 'writer', servers.login) };
  const config = readConfig(variables, kafkaVariables);
  const topics = topicNames(config.TOPIC_PREFIX);
  const { apis, gates, scraped } = addressesOf(ports);
  const { get, watch, put, overall } = requestsTo(apis, secret);

  const ledger = new Ledger();
  const limits = new LimitChanges();
  const publisher = new LedgerPublisher(config, topics, ledger);
  const server = await MeteredServer.start(
    { brokers: config.KAFKA_BROKERS, topicPrefix: config.TOPIC_PREFIX },
    ledger,
  );
  const firing = await watchFiring(dataDir, scraped, seconds);
  await publishBase(publisher, ledger, createTraffic(seed + 2), watch);
  const guards = await Guards.start({
    brokers: config.KAFKA_BROKERS,
    topicPrefix: config.TOPIC_PREFIX,
    gateUrls: gates,
    secret,
    seconds,
    put,
    watch,
    publisher,
  });
  const clock = new RunClock();
  const { until } = clock;
  const report = (what: string): void =>
    print(`${(clock.elapsedMs / 1_000).toFixed(1).padStart(6)} s  ${what}`);
  if (servers.disks.isEmpty)
    report('no file systems of their own: full disks are a limit of ClickHouse, and full brokers are killed');

  const over = new AbortController();
  const settled = new AbortController();
  const alert = watchAlert(url, ALERT, settled.signal);
  const { server: gated, receiver } = guards;
  const targets = { dataDir, variables, publisher: server, gated, receiver, servers };
  const inject = () => injectDuring(seconds, faults, targets, clock, report).finally(() => over.abort());
  const run = {
    kafka: config,
    topics,
    seed,
    ledger,
    limits,
    put,
    overall,
    publisher,
    until,
    over: over.signal,
    report,
  };
  const [{ answers, failures, wrong }, { transactions, invalid }, , , injected] = await Promise.all([
    watchCurrentUsage(ledger, watch, over.signal),
    publishInputs(inputs, run),
    publishAll(publisher, createTraffic(seed), over.signal),
    server.makeCalls(createTraffic(seed + 1), over.signal),
    inject(),
  ]);
  await publisher.close();
  report(await guards.finish(ledger));
  const { calls, resolved } = await server.finish();
  report(
    `an API server killed ${server.kills} times had ${resolved} of ${calls} calls on its spool or in Kafka; ` +
      'its clients made the others again',
  );
  report(
    `${injected.length} of ${faults.length} faults injected; ${ledger.size} distinct calls published; ` +
      `${answers} requests for the current usage answered, ${failures} not`,
  );
  report(`faults: ${countedKinds(injected)}; ${countRetries(dataDir)} steps failed and were tried again`);
  report(
    `transactions: ${transactions.commit} committed, ${transactions.abort} aborted, ` +
      `${transactions.abandon} abandoned, ${transactions.failed} ended by a fault`,
  );
  try {
    return [
      ...wrong,
      ...(answers === 0 ? ['no request for the current usage was answered'] : []),
      ...(await compareOutcome(
        { variables, ledger, limits, get, overall, invalid, firing, guards, report },
        settled,
      )),
      ...((await alert) ? [] : [`/readyz never showed the alert ${ALERT}`]),
      ...(await historyDifferences(inputs.poison, limits, get)),
    ];
  } finally {
    settled.abort();
    await guards.close();
    await firing?.stop();
  }
}
