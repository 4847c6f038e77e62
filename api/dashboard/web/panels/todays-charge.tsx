import type { Day } from '../answers.ts';
import { money, number } from '../formats.ts';
import { Link } from '../components/link.tsx';
import { hrefOf } from '../state/address.ts';

interface TodaysChargeProps {
  readonly day: Day;
  readonly currency: string;
  /** The additional limit in effect now. */
  readonly currentLimit: number;
}

/**
 * What today costs so far, as the bill states it. The gauge cannot say what is billed: charges go by the day and its
 * highest limit, the gauge by 24 hours and the present limit.
 */
export function TodaysCharge({ day, currency, currentLimit }: TodaysChargeProps) {
  return (
    <p class="todays-charge">
      <b>Billed today so far:</b> <span data-figure="billed-today">{number(day.billed_credits)}</span>{' '}
      additional credits, <span data-figure="amount-today">{money(day.amount, currency)}</span>
      {day.over_limit > 0 && `; ${number(day.over_limit)} over the limit, not billed`}.{' '}
      {day.additional_limit > currentLimit &&
        `The limit was lowered today, but today’s charge keeps the day’s highest limit, ${number(day.additional_limit)}. `}
      <Link href={hrefOf('/credits', { day: day.day })}>View details</Link>
    </p>
  );
}
