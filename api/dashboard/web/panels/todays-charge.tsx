import type { Credits } from '../answers.ts';
import { money, number } from '../formats.ts';
import { Link } from '../components/link.tsx';
import { hrefOf } from '../state/address.ts';
import { may } from '../state/permissions.ts';

interface TodaysChargeProps {
  readonly today: Credits['billable_today'];
  /** The additional limit in effect now. */
  readonly currentLimit: number;
}

/**
 * What today costs so far, as the bill states it. The gauge cannot say what is billed: charges go by the day and its
 * highest limit, the gauge by 24 hours and the present limit.
 */
export function TodaysCharge({ today, currentLimit }: TodaysChargeProps) {
  return (
    <p class="todays-charge">
      <b>Billed today so far:</b> <span data-figure="billed-today">{number(today.credits)}</span> additional
      credits, <span data-figure="amount-today">{money(today.amount, today.currency)}</span>
      {today.over_limit > 0 && `; ${number(today.over_limit)} over the limit, not billed`}.{' '}
      {today.additional_limit > currentLimit &&
        `The limit was lowered today, but today’s charge keeps the day’s highest limit, ${number(today.additional_limit)}. `}
      {may('read-billing') && <Link href={hrefOf('/credits', { day: today.day })}>View details</Link>}
    </p>
  );
}
