import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { factsOf } from '../../store/alerts/log.ts';
import { percentile } from './figures.ts';

const StepRow = Type.Object({
  org_id: Type.String(),
  value: Type.String(),
  appended: Type.Integer(),
  begun: Type.Integer(),
  attempted: Type.Integer(),
});

/** When each alert was published for, and arrived, epoch milliseconds. */
export interface Crossing {
  readonly orgId: string;
  readonly publishedAt: number;
  readonly arrivedAt: number;
}

/** From publishing a call to the arrival of its alert, step by step, as the tables have them. */
export async function alertSteps(
  client: ClickHouseClient,
  crossings: readonly Crossing[],
): Promise<string[]> {
  const rows = await select(
    client,
    StepRow,
    `SELECT org_id, value, toUnixTimestamp64Milli(alert_log.appended_at) AS appended, begun, attempted
     FROM alert_log FINAL JOIN (
       SELECT org_id, toUnixTimestamp64Milli(minIf(attempted_at, attempt = 0)) AS begun,
         toUnixTimestamp64Milli(minIf(attempted_at, attempt = 1)) AS attempted
       FROM alert_attempts FINAL GROUP BY org_id) AS attempts USING org_id
     WHERE kind = 'raised'`,
  );
  const byOrg = new Map(rows.map((row) => [row.org_id, row]));
  const steps: Record<string, number[]> = {};
  const add = (step: string, ms: number): void => void (steps[step] ??= []).push(ms);
  for (const { orgId, publishedAt, arrivedAt } of crossings) {
    const row = byOrg.get(orgId);
    if (row === undefined) continue;
    const lookedAt = factsOf(row.value).as_of;
    add('published to looked at', lookedAt - publishedAt);
    add('looked at to appended', row.appended - lookedAt);
    add('appended to read from the log', row.begun - row.appended);
    add('read from the log to attempted', row.attempted - row.begun);
    add('attempted to arrived', arrivedAt - row.attempted);
  }
  return Object.entries(steps).map(
    ([step, ms]) => `${step}: p50 ${percentile(ms, 0.5)} ms, p99 ${percentile(ms, 0.99)} ms`,
  );
}
