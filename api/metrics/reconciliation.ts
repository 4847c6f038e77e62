import { Gauge, type Registry } from 'prom-client';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { DIFFERENCE_NAMES } from '../../store/reconciliation/difference.ts';

const CountRow = Type.Object({ name: Type.String(), value: Type.Integer() });

/** What the aggregator's reconciliation has recorded: open differences by their name, and two instants. */
export interface ReconciliationFacts {
  readonly open: ReadonlyMap<string, number>;
  /** The ends of the last step and of the last complete round, epoch milliseconds; 0: never. */
  readonly step: number;
  readonly round: number;
}

/** One statement over two small tables. */
export async function readReconciliation(client: ClickHouseClient): Promise<ReconciliationFacts> {
  const rows = await select(
    client,
    CountRow,
    `SELECT name, toInt64(count()) AS value FROM reconciliation_differences FINAL WHERE is_open = 1 GROUP BY name
     UNION ALL SELECT 'step' AS name, toUnixTimestamp64Milli(max(written_at)) AS value FROM reconciliation_progress
     UNION ALL SELECT 'round' AS name, toUnixTimestamp64Milli(max(completed_at)) AS value FROM reconciliation_progress`,
  );
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  return { open: values, step: values.get('step') ?? 0, round: values.get('round') ?? 0 };
}

/** @returns updates the metrics; undefined removes what is not known */
export function reconciliationMetrics(registry: Registry): (facts: ReconciliationFacts | undefined) => void {
  const registers = [registry];
  const differences = new Gauge({
    name: 'api_credits_reconciliation_differences',
    help: 'Open differences that the aggregator’s reconciliation has found. /v1/reconciliation has their places.',
    labelNames: ['name'],
    registers,
  });
  const step = new Gauge({
    name: 'api_credits_reconciliation_last_step_timestamp_seconds',
    help: 'The end of the last step of reconciliation; 0 before the first one.',
    registers,
  });
  const round = new Gauge({
    name: 'api_credits_reconciliation_last_round_timestamp_seconds',
    help: 'The end of the last complete round of reconciliation over everything; 0 before the first one.',
    registers,
  });
  return (facts) => {
    if (facts === undefined) {
      differences.reset();
      step.remove();
      round.remove();
      return;
    }
    for (const name of DIFFERENCE_NAMES) differences.set({ name }, facts.open.get(name) ?? 0);
    step.set(facts.step / 1000);
    round.set(facts.round / 1000);
  };
}
