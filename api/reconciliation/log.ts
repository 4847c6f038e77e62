import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readLandedTotals } from '../../store/landing/landed-totals.ts';
import type { Difference } from '../../store/reconciliation/difference.ts';
import { readLogDifferences } from '../../store/reconciliation/log-differences.ts';
import { Count } from '../parameters/counts.ts';

const PartitionRow = Type.Object({ partition: Count, end: Count });
const ReasonRow = Type.Object({ reason: Type.String(), records: Count });

/** The outcome of a topic's records. Counts are of offsets, each once; `deliveries` counts repeats too. */
export interface LogFacts {
  readonly published: number;
  readonly landed: number;
  readonly deliveries: number;
  /** Of the landed ones, those without a published record: markers of transactions, and records of aborted ones. */
  readonly unpublished: number;
  readonly quarantined: readonly { readonly reason: string; readonly records: number }[];
  readonly differences: readonly Difference[];
}

/** Compares a topic's end offsets, as consumers last reported them, with what has landed. */
export async function readLogFacts(client: ClickHouseClient, topic: string): Promise<LogFacts> {
  const [ends, totals, quarantined, differences] = await Promise.all([
    select(
      client,
      PartitionRow,
      `SELECT partition, end_offset AS end FROM landing_progress FINAL WHERE topic = {topic:String}`,
      { topic },
    ),
    readLandedTotals(client, topic),
    select(
      client,
      ReasonRow,
      `SELECT reason, count() AS records FROM quarantined FINAL WHERE topic = {topic:String}
       GROUP BY reason ORDER BY reason`,
      { topic },
    ),
    readLogDifferences(client, topic),
  ]);
  const sum = (of: (row: (typeof totals)[number]) => number): number =>
    totals.reduce((all, row) => all + of(row), 0);
  // A range may be newer than the last report of the end offsets: then the log is at least that long.
  const lengths = new Map(ends.map(({ partition, end }) => [partition, end]));
  for (const { partition, next } of totals) {
    lengths.set(partition, Math.max(next, lengths.get(partition) ?? 0));
  }
  return {
    published: [...lengths.values()].reduce((all, length) => all + length, 0),
    landed: sum(({ covered }) => covered),
    deliveries: sum(({ deliveries }) => deliveries),
    unpublished: sum(({ unpublished }) => unpublished),
    quarantined,
    differences,
  };
}
