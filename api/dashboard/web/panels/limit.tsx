import type { Limit, LimitSet } from '../answers.ts';
import { dayTime, money, number } from '../formats.ts';
import { may } from '../state/rights.ts';
import { LimitForm } from './limit-form.tsx';

interface LimitPanelProps {
  readonly org: string;
  readonly limit: Limit;
  readonly zone: string;
  readonly onSet: (set: LimitSet) => void;
  /** What the last change made here has done. */
  readonly last: LimitSet | undefined;
}

/** The additional limit, what it may cost at worst and, for the super admin, its change. */
export function LimitPanel({ org, limit, zone, onSet, last }: LimitPanelProps) {
  const { credits, worst_case: worst, recorded_by, recorded_at, reason, later } = limit;
  const isGiven = Date.parse(recorded_at) === 0;
  return (
    <section class="card" aria-labelledby="limit-title">
      <header class="card-head">
        <h2 id="limit-title">Additional limit</h2>
        <span class="faint">credits beyond the included ones, in 24 hours</span>
      </header>
      <p class="gauge-figure">
        <b data-figure="limit">{number(credits)}</b>
        <span>
          {isGiven
            ? 'as the organisation came with'
            : `since ${dayTime(limit.effective_at, zone)}, set by ${recorded_by}${reason === '' ? '' : `: ${reason}`}`}
        </span>
      </p>
      <dl class="facts">
        <div>
          <dt>Costs at most a day</dt>
          <dd data-figure="worst-day">{money(worst.day.amount, worst.currency)}</dd>
        </div>
        <div>
          <dt>and in this period of {number(worst.month.days)} days</dt>
          <dd data-figure="worst-month">{money(worst.month.amount, worst.currency)}</dd>
        </div>
      </dl>
      {later.map((each) => (
        <p key={each.effective_at} class="faint">
          From {dayTime(each.effective_at, zone)} on: {number(each.credits)}, set by {each.recorded_by}.
        </p>
      ))}
      <div aria-live="polite">
        {last && (
          <p class="notice is-good">
            Set to {number(last.credits)}.{' '}
            {last.today.billable_credits > 0
              ? `Of today’s over-limit credits ${number(last.today.billable_credits)} are billable now: ${money(last.today.amount, worst.currency)}.`
              : 'It changes nothing about the credits used today until now.'}
          </p>
        )}
      </div>
      {may('set-additional-limit') ? (
        <LimitForm org={org} limit={limit} onSet={onSet} />
      ) : (
        <p class="faint gauge-foot">Only the super admin changes it.</p>
      )}
    </section>
  );
}
