import { useState } from 'preact/hooks';
import type { Budgets } from '../answers.ts';
import { dates, money } from '../formats.ts';
import { FieldProblem } from '../components/field-problem.tsx';
import { useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import { may } from '../state/permissions.ts';
import { ChangeProblem } from '../components/change-problem.tsx';

/** A decimal of this form is sent as it is; the API knows how many decimals the currency has. */
const AMOUNT = /^\d{1,9}(\.\d{1,6})?$/;

interface SpendingCapPanelProps {
  readonly org: string;
  readonly budgets: Budgets;
  readonly onChanged: () => void;
}

/** What a billing period may cost. The day's limit falls as the money is used. */
export function SpendingCapPanel({ org, budgets, onChanged }: SpendingCapPanelProps) {
  const { product, spending_cap: cap } = budgets;
  const [text, setText] = useState(cap?.amount ?? '');
  const isRemoval = text === '' && cap !== null;
  const isAmount = AMOUNT.test(text);
  const change = useChange({
    method: 'PUT',
    path: `${orgPath(org, 'spending-cap')}?product=${encodeURIComponent(product)}`,
    body: { amount: text === '' ? null : text },
    fields: ['amount'],
  });
  const isReady = (isRemoval || isAmount) && text !== (cap?.amount ?? '') && !change.isSaving;
  return (
    <section class="card" aria-labelledby="cap-title">
      <header class="card-head">
        <h2 id="cap-title">Spending cap</h2>
        {cap && <span class="faint">{dates(cap.period.from, cap.period.to)}</span>}
      </header>
      {cap ? (
        <>
          <p class="gauge-figure">
            <b data-figure="cap-left">{money(cap.left, cap.currency)}</b>
            <span>left of {money(cap.amount, cap.currency)}</span>
          </p>
          <p class="faint gauge-foot">
            {money(cap.spent, cap.currency)} spent so far. The gate lets no call pass that would take the bill
            of the period over the cap.
          </p>
        </>
      ) : (
        <p class="empty">None: a billing period costs what the additional limit allows.</p>
      )}
      {may('change-gate') && (
        <form
          class="settings-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady) void change.save().then((isDone) => isDone && onChanged());
          }}
        >
          <label>
            Highest cost of a billing period{cap ? `, in ${cap.currency}` : ''}
            <input
              inputMode="decimal"
              autocomplete="off"
              value={text}
              onInput={({ currentTarget: { value } }) => setText(value.trim())}
            />
            {text !== '' && !isAmount && (
              <small class="warn" role="status">
                Enter an amount, such as 50 or 12.50.
              </small>
            )}
            <FieldProblem name="Amount" problem={change.problemOf('amount')} />
          </label>
          {isReady && cap !== null && isRemoval && (
            <p class="worst">Without a cap, a billing period costs what the additional limit allows.</p>
          )}
          {isReady && !isRemoval && (
            <p class="worst">
              At most this much in each billing period, from now on. What was spent before is not given back.
            </p>
          )}
          <button type="submit" class="primary" disabled={!isReady}>
            {change.isSaving ? 'Saving …' : isRemoval ? 'Remove the cap' : 'Set the cap'}
          </button>
          <ChangeProblem change={change} />
        </form>
      )}
    </section>
  );
}
