import type { WhatIf } from '../answers.ts';
import { adjustmentText } from './day-billing.ts';
import { dates, money, number } from '../formats.ts';

interface WhatIfOutcomeProps {
  readonly answer: WhatIf;
  readonly isPending: boolean;
}

/** The bill as it was, beside the bill as it would have been. */
export function WhatIfOutcome({ answer, isPending }: WhatIfOutcomeProps) {
  const { period, currency, as_it_was: was, as_it_would_be: would } = answer;
  const overLimit = (of: 'as_it_was' | 'as_it_would_be'): number =>
    answer.days.reduce((sum, day) => sum + (day[of]?.over_limit ?? 0), 0);
  return (
    <div class={isPending ? 'is-pending' : undefined} aria-live="polite">
      <p class="faint gauge-foot">{dates(period.from, period.to)}</p>
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr-only">Figure</span>
            </th>
            <th scope="col">As it was</th>
            <th scope="col">Under these terms</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Billed credits</th>
            <td>{number(was.billed_credits)}</td>
            <td>{number(would.billed_credits)}</td>
          </tr>
          <tr>
            <th scope="row">Over limit, not billed</th>
            <td>{number(overLimit('as_it_was'))}</td>
            <td>{number(overLimit('as_it_would_be'))}</td>
          </tr>
          <tr>
            <th scope="row">Amount</th>
            <td>{money(was.amount, currency)}</td>
            <td data-figure="what-if">{money(would.amount, currency)}</td>
          </tr>
        </tbody>
      </table>
      <p class="faint gauge-foot">
        For additional credits only, without the price of the edition. Late calls count on their own day here,
        even where a later period billed them as an adjustment.
      </p>
      {answer.billed.as_adjustment.map((part) => (
        <p key={part.billed_in.from} class="faint gauge-foot">
          “As it was” includes {adjustmentText(part)}: {money(part.amount, currency)}.
        </p>
      ))}
    </div>
  );
}
