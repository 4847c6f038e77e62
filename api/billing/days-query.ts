import { Type, type Static } from 'typebox';
import { addDays, type LocalDate } from '../../domain/calendar/dates.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import { orgCalendar } from '../orgs/subscription.ts';
import { DateParameter } from '../parameters/date.ts';
import { ProductParameter } from '../parameters/org.ts';
import { checkDateRange } from '../parameters/range.ts';

const DEFAULT_DAYS = 30;

/** The range of billing days, for JSON and files alike (interfaces.md, /billing/days). */
export const DaysQuery = Type.Object(
  {
    from: Type.Optional(DateParameter(`the first date; ${DEFAULT_DAYS} days before \`to\` by default`)),
    to: Type.Optional(DateParameter('the end, exclusive; tomorrow by default')),
    product: ProductParameter,
  },
  { additionalProperties: false },
);
export type DaysQuery = Static<typeof DaysQuery>;

/**
 * The range of local dates, half-open: by default the 30 days that end today.
 * Throws the Problems `invalid-request` and `range-too-long`.
 * @param now epoch milliseconds
 */
export function dateRangeOf(
  org: OrgHistory,
  query: DaysQuery,
  now: number,
): { readonly from: LocalDate; readonly to: LocalDate } {
  const to = query.to ?? addDays(orgCalendar(org).dayAt(now).date, 1);
  const from = query.from ?? addDays(to, -DEFAULT_DAYS);
  checkDateRange(from, to);
  return { from, to };
}
