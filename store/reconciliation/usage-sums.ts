import { Type, type Static } from 'typebox';
import { ROLLUPS } from '../usage/breakdowns.ts';
import type { ComparedUsage, UsageSums } from './usage-differences.ts';

const Count = Type.Integer({ minimum: 0 });
/** Calls, credits and rejected calls. */
const Sums = Type.Tuple([Count, Count, Count]);

/** The columns of SUMS_OF_EACH. */
export const SumsOfEach = {
  call_events: Sums,
  usage_15m: Sums,
  usage_15m_by: Sums,
  usage_15m_by_user: Sums,
  usage_15m_by_route: Sums,
};

/** Columns over a subquery `part` whose rows have calls, credits, rejected and, as `source`, one of these tables. */
export const SUMS_OF_EACH: string = ['call_events', ...ROLLUPS.map(({ table }) => table)]
  .map((table) => {
    const sums = ['calls', 'credits', 'rejected'].map((name) => `sumIf(part.${name}, source = '${table}')`);
    return `tuple(${sums.join(', ')}) AS ${table}`;
  })
  .join(', ');

const Row = Type.Object(SumsOfEach);

/** @param isFilled whether the narrow breakdowns have the hour (store/usage/breakdowns.ts) */
export const comparedOf = (row: Static<typeof Row>, isFilled: boolean): ComparedUsage => ({
  events: usageOf(row.call_events),
  rolledUp: usageOf(row.usage_15m),
  breakdowns: [
    usageOf(row.usage_15m_by),
    ...(isFilled ? [row.usage_15m_by_user, row.usage_15m_by_route].map(usageOf) : []),
  ],
});

const usageOf = ([calls, credits, rejected]: Static<typeof Sums>): UsageSums => ({
  calls,
  credits,
  rejected,
});
