import { DAY_MS } from '../../schemas/time-units.ts';
import { difference, type Difference, type DifferencePlace } from './difference.ts';

/** Shorter than event_payloads keeps its rows (schemas/clickhouse/0006): an expired trace is not a difference. */
export const TRACED_MS: number = 36 * DAY_MS;

/** Sums of some hours. */
export interface UsageSums {
  readonly calls: number;
  readonly credits: number;
  readonly rejected: number;
}

/** The same sums, counted from the distinct events, from the rollup and from its breakdowns. */
export interface ComparedUsage {
  readonly events: UsageSums;
  readonly rolledUp: UsageSums;
  /** Those that have these hours. */
  readonly breakdowns: readonly UsageSums[];
}

/** What differs in sealed hours. @param where the hours in words */
export function usageDifferences(
  where: string,
  { events, rolledUp, breakdowns }: ComparedUsage,
  place?: DifferencePlace,
): Difference[] {
  const [counted, rolled] = [inWords(events), inWords(rolledUp)];
  const broken = breakdowns.map(inWords).find((sums) => sums !== rolled);
  return [
    ...(counted === rolled ? [] : [difference('rollup-differs', where, counted, rolled, place)]),
    ...(broken === undefined ? [] : [difference('breakdown-differs', where, rolled, broken, place)]),
  ];
}

/** Whether events are gone of which landing has left a trace. More events than traces are none: traces expire. */
export function missingEvents(
  where: string,
  traced: number,
  calls: number,
  place?: DifferencePlace,
): Difference[] {
  return calls < traced ? [difference('events-missing', where, traced, calls, place)] : [];
}

const inWords = ({ calls, credits, rejected }: UsageSums): string =>
  `${calls} calls, ${credits} credits, ${rejected} rejected`;
