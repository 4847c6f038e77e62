import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { isRead, rawPart, rollupPart } from './credit-segments.ts';
import { wholeHours, type Invalidations, type KnownHours } from './known-hours.ts';
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

/** What has been read of an organisation before; what is read is added. */
export interface KnownCredits {
  /** Read with the same sealed hours, nothing of which has been sealed again. */
  readonly rollup: KnownRollup;
  readonly hours: KnownHours;
  /** Read with the sealed hours. */
  readonly invalidations: Invalidations;
}

/**
 * The credits of a subscription in each of several intervals. They equal those of a FINAL scan of call_events, and of
 * usageQuery.
 *
 * ClickHouse parses and plans a statement longer than it reads a typical organisation's rows, so there is one statement
 * with few conditions: with those of each interval in SQL it took 1.5 times the CPU.
 * @param sealed read before the call (sealed-hours.ts)
 */
export async function readCredits(
  client: ClickHouseClient,
  sealed: SealedHours,
  { orgId, product, intervals }: CreditsRequest,
  known?: KnownCredits,
): Promise<number[]> {
  const plans = intervals.map((interval) => planRollup(interval.from, interval.to, totalsOf(sealed)));
  const rollup = rollupPart(plans);
  const key = JSON.stringify([product, rollup?.params]);
  const before = rollup ? known?.rollup.get(key) : [];
  const hours = known ? hoursWith(known, wholeHours(plans, sealed.until), product) : [];
  const counted = hours.filter(({ credits }) => credits !== undefined);
  const raw = rawPart(plans, new Set(counted.map(({ hour }) => hour)));
  const parts = [before ? undefined : rollup, raw].filter((part) => part !== undefined);
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
    known?.rollup.set(
      key,
      read.filter(({ is_raw }) => !is_raw),
    );
  for (const { hour, invalidations, credits } of hours) {
    if (credits !== undefined) continue;
    const segment = read.find(({ is_raw, start }) => is_raw && start === hour);
    known?.hours.keep(product, hour, invalidations, segment?.credits ?? 0);
  }
  const rows = [
    ...(before ?? []),
    ...counted.map(({ hour, credits = 0 }) => ({ is_raw: true, start: hour, credits })),
    ...read,
  ];
  return plans.map((plan) =>
    rows.reduce((sum, { start, credits, is_raw }) => sum + (isRead(plan, start, is_raw) ? credits : 0), 0),
  );
}

/** Those whose invalidations are known, with the credits that were counted for these. */
const hoursWith = (
  known: KnownCredits,
  hours: readonly number[],
  product: string,
): { readonly hour: number; readonly invalidations: string; readonly credits: number | undefined }[] =>
  hours.flatMap((hour) => {
    const invalidations = known.invalidations.get(hour);
    if (invalidations === undefined) return [];
    return [{ hour, invalidations, credits: known.hours.creditsOf(product, hour, invalidations) }];
  });
