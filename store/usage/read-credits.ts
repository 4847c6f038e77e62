import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { isRead, rawPart, rollupPart } from './credit-segments.ts';
import { planRollup, totalsOf, type Interval, type SealedHours } from './rollup-plan.ts';

export interface CreditsRequest {
  readonly orgId: string;
  readonly product: string;
  /** They should overlap or adjoin: all between them is read. */
  readonly intervals: readonly Interval[];
}

/** `start`: where the segment begins, epoch milliseconds. */
const SegmentRow = Type.Object({ is_raw: Type.Boolean(), start: Type.Integer(), credits: Type.Integer() });

/** What was read from the rollup of one organisation, by product, range and cuts. */
export type KnownRollup = Map<string, readonly Static<typeof SegmentRow>[]>;

/**
 * The credits of a subscription in each of several intervals. They equal those of a FINAL scan of call_events, and of
 * usageQuery.
 *
 * ClickHouse parses and plans a statement longer than it reads a typical organisation's rows, so there is one statement
 * with few conditions: with those of each interval in SQL it took 1.5 times the CPU.
 * @param sealed read before the call (sealed-hours.ts)
 * @param known read with the same sealed hours, nothing of which has been sealed again; what is read is added
 */
export async function readCredits(
  client: ClickHouseClient,
  sealed: SealedHours,
  { orgId, product, intervals }: CreditsRequest,
  known: KnownRollup = new Map(),
): Promise<number[]> {
  const plans = intervals.map((interval) => planRollup(interval.from, interval.to, totalsOf(sealed)));
  const rollup = rollupPart(plans);
  const key = JSON.stringify([product, rollup?.params]);
  const before = rollup ? known.get(key) : [];
  const parts = [before ? undefined : rollup, rawPart(plans)].filter((part) => part !== undefined);
  const read =
    parts.length === 0
      ? []
      : await select(
          client,
          SegmentRow,
          parts.map(({ sql }) => sql).join(' UNION ALL '),
          Object.assign({ org: orgId, product }, ...parts.map(({ params }) => params)),
        );
  if (!before)
    known.set(
      key,
      read.filter(({ is_raw }) => !is_raw),
    );
  const rows = [...(before ?? []), ...read];
  return plans.map((plan) =>
    rows.reduce((sum, { start, credits, is_raw }) => sum + (isRead(plan, start, is_raw) ? credits : 0), 0),
  );
}
