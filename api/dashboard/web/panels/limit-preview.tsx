import type { Limit } from '../answers.ts';
import { money, number } from '../formats.ts';
import { ProblemNotice } from '../components/states.tsx';
import type { Live } from '../state/live.ts';
import { Slabs } from './slabs.tsx';

interface LimitPreviewProps {
  readonly preview: Live<Limit['preview']>;
  /** Whether the preview is of the number in the field. */
  readonly isCurrent: boolean;
  readonly current: Limit;
  readonly credits: number;
}

/** What a new limit costs at most, and what it makes billable today. */
export function LimitPreview({ preview, isCurrent, current, credits }: LimitPreviewProps) {
  const { data, error, refresh } = preview;
  if (error?.isPermanent === true) return <ProblemNotice error={error} onRetry={refresh} />;
  if (data === undefined) return <p class="faint">Calculating the maximum cost …</p>;
  const { currency, day, month } = data.worst_case;
  return (
    <div class={isCurrent ? 'worst' : 'worst is-pending'} aria-live="polite">
      <p>
        <b>
          At most <span data-figure="preview-day">{money(day.amount, currency)}</span> a day,{' '}
          <span data-figure="preview-month">{money(month.amount, currency)}</span> in this billing period of{' '}
          {number(month.days)} days.
        </b>
      </p>
      <p data-figure="preview-today">{todayText(data, currency)}</p>
      {credits < current.credits && (
        <p>A lower limit does not change today’s charge: today keeps the highest limit of the day.</p>
      )}
      <Slabs slabs={day.slabs} currency={currency} amount={day.amount} />
    </div>
  );
}

function todayText({ today }: NonNullable<Limit['preview']>, currency: string): string {
  if (today.billable_credits === 0) return 'No credits used so far today become billable.';
  const credits = `${number(today.billable_credits)} over-limit credits used so far today`;
  return `Saving makes ${credits} billable: ${money(today.amount, currency)}.`;
}
