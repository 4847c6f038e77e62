import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { readConfig } from '../../platform/config.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { closingVariables } from '../../platform/variables.ts';
import { topicNames } from '../../schemas/topics.ts';
import { readRedelivered } from './counts.ts';
import type { FiringAlerts } from './firing.ts';
import type { Guards } from './guards.ts';
import { readReplayed, replayDifferences } from './late-schema.ts';
import type { Ledger } from './ledger.ts';
import type { LimitChanges } from './limit-changes.ts';
import { checkLog } from './log.ts';
import type { Requests } from './requests.ts';
import { untilItSettles } from './settle.ts';
import { differencesOf } from './verify.ts';

export interface Outcome extends Pick<Requests, 'get' | 'overall'> {
  /** Of the stack. */
  readonly variables: Readonly<Record<string, string>>;
  readonly ledger: Ledger;
  readonly limits: LimitChanges;
  /** How many different invalid records were published. */
  readonly invalid: number;
  /** Undefined where there is no Prometheus. */
  readonly firing: FiringAlerts | undefined;
  readonly guards: Guards;
  readonly report: (what: string) => void;
}

/**
 * Reads the call log, waits until the pipeline has settled and compares every figure.
 * @param settled aborted once it has
 * @returns the differences, a line each
 */
export async function compareOutcome(
  { variables, ledger, limits, get, overall, invalid, firing, guards, report }: Outcome,
  settled: AbortController,
): Promise<string[]> {
  const config = readConfig(variables, { ...kafkaVariables, ...clickhouseVariables, ...closingVariables });
  const topics = topicNames(config.TOPIC_PREFIX);
  const client = connectClickHouse(config, 'chaos');
  const kafka = connectKafka(config, 'chaos', createLogger('chaos', 'silent'));
  try {
    const log = await checkLog(kafka, topics.calls, ledger);
    report(
      `${log.acknowledged} calls acknowledged, ${log.lost.length} of them lost; ` +
        `${log.records} records in the log, ${log.distinct} calls, ${log.invalid} invalid records`,
    );
    const timing = { sealDelayMs: config.SEAL_DELAY_MS, graceMs: config.GRACE_MS };
    await untilItSettles({ kafka, client, topics, timing, now: Date.now });
    settled.abort();
    report('settled; comparing');
    const alerts = await firing?.outcome();
    report(alerts ? `alerts that fired: ${alerts.fired.join(', ')}` : 'no Prometheus to see alerts fire');
    report(`${await readRedelivered(overall)} records were delivered and landed again`);
    const replayed = await readReplayed(overall);
    report(`dead letters of calls that came before their schema: ${replayed.length} replayed and counted`);
    const beforeSchema = log.beforeSchema.size;
    return [
      ...log.lost.slice(0, 10).map((id) => `acknowledged, but not in the log: ${id}`),
      ...(log.distinctInvalid === invalid
        ? []
        : [`invalid records in the log: ${log.distinctInvalid} instead of ${invalid}`]),
      ...(alerts?.missing ?? []).map((name) => `the alert ${name} never fired`),
      ...replayDifferences(log.beforeSchema, replayed),
      ...(await guards.differences({
        kafka,
        topic: topics.alerts,
        ledger,
        limits,
        gated: log.gated,
        report,
      })),
      ...(await differencesOf({
        ledger,
        limits,
        client,
        get,
        overall,
        invalid: log.invalid + beforeSchema,
        replayed: beforeSchema,
        now: Date.now(),
      })),
    ];
  } finally {
    await client.close();
  }
}
