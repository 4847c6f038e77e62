import type { SubscriptionPreview } from '../answers.ts';
import { money, number } from '../formats.ts';
import { includedText } from './settings-consequences.ts';

/** What other terms include, and what they cost at most. */
export function TermsPreview({
  preview,
  isPending,
}: {
  readonly preview: SubscriptionPreview;
  readonly isPending: boolean;
}) {
  const { additional_limit: limit, worst_case: worst } = preview.as_it_would_be;
  return (
    <div class={isPending ? 'worst is-pending' : 'worst'} aria-live="polite">
      {includedText(preview).map((text) => (
        <p key={text}>{text}</p>
      ))}
      <p>
        <b>
          At most {money(worst.day.amount, worst.currency)} a day, {money(worst.month.amount, worst.currency)}{' '}
          in this billing period of {number(worst.month.days)} days
        </b>
        , with the additional limit of {number(limit)} credits
        {preview.as_it_is !== null && ', which stays as it is'}.
      </p>
    </div>
  );
}
