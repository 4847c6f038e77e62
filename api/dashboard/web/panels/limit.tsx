import type { Limit, LimitSet } from '../answers.ts';
import { dayTime, money, number } from '../formats.ts';
import { may } from '../state/permissions.ts';
import { LimitForm } from './limit-form.tsx';

interface LimitPanelProps {
  readonly org: string;
  readonly limit: Limit;
  readonly zone: string;
  readonly onSet: (set: LimitSet) => void;
  /** The last change made on this screen. */
  readonly last: LimitSet | undefined;
}

/** The additional limit, its maximum cost and, for the super admin, the form to change it. */
export function LimitPanel({ org, limit, zone, onSet, last }: LimitPanelProps) {
  const { credits, worst_case: worst, recorded_by, recorded_at, reason, later } = limit;
  const isDefault = Date.parse(recorded_at) === 0;
  return (
    <section class="card" aria-labelledby="limit-title">
      <header class="card-head">
        <h2 id="limit-title">Additional limit</h2>
        <span class="faint">credits beyond the included ones, per 24 hours</span>
      </header>
      <p class="gauge-figure">
        <b data-figure="limit">{number(credits)}</b>
        <span>
          {isDefault
            ? 'default'
            : `since ${dayTime(limit.effective_at, zone)}, set by ${recorded_by}${reason === '' ? '' : `: ${reason}`}`}
        </span>
      </p>
      <dl class="facts">
        <div>
          <dt>Maximum per day</dt>
          <dd data-figure="worst-day">{money(worst.day.amount, worst.currency)}</dd>
        </div>
        <div>
          <dt>Maximum in this billing period of {number(worst.month.days)} days</dt>
          <dd data-figure="worst-month">{money(worst.month.amount, worst.currency)}</dd>
        </div>
      </dl>
      {later.map((each) => (
        <p key={each.effective_at} class="faint">
          From {dayTime(each.effective_at, zone)}: {number(each.credits)}, set by {each.recorded_by}.
        </p>
      ))}
      <div aria-live="polite">
        {last && (
          <p class="notice is-good">
            Limit set to {number(last.credits)}. {addedText(last, worst.currency)}
          </p>
        )}
      </div>
      {may('set-additional-limit') ? (
        <LimitForm org={org} limit={limit} onSet={onSet} />
      ) : (
        <p class="faint gauge-foot">Only a super admin can change the limit.</p>
      )}
    </section>
  );
}

function addedText({ today }: LimitSet, currency: string): string {
  if (today.billable_credits === 0) return 'The charge for credits used so far today is unchanged.';
  const credits = `${number(today.billable_credits)} over-limit credits used earlier today`;
  return `This made ${credits} billable: ${money(today.amount, currency)}.`;
}
