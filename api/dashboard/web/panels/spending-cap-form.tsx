import { useState } from 'preact/hooks';
import type { Budgets } from '../answers.ts';
import { ChangeProblem } from '../components/change-problem.tsx';
import { FieldProblem } from '../components/field-problem.tsx';
import { money } from '../formats.ts';
import { onSubmit, useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import { useCurrency } from '../state/currency.ts';

/** A decimal of this form is sent as it is; the API knows how many decimals the currency has. */
const AMOUNT = /^\d{1,9}([.]\d{1,6})?$/;

interface SpendingCapFormProps {
  readonly org: string;
  readonly product: string;
  readonly cap: Budgets['spending_cap'];
  readonly onChanged: () => void;
}

/** Sets, changes or removes the cap. */
export function SpendingCapForm({ org, product, cap, onChanged }: SpendingCapFormProps) {
  const [text, setText] = useState(cap?.amount ?? '');
  const currency = useCurrency();
  const isRemoval = text === '' && cap !== null;
  const isAmount = AMOUNT.test(text);
  const change = useChange({
    method: 'PUT',
    path: `${orgPath(org, 'spending-cap')}?product=${encodeURIComponent(product)}`,
    body: { amount: text === '' ? null : text },
    fields: ['amount'],
    done: isRemoval ? 'The spending cap is removed.' : 'The spending cap is set.',
    onSaved: onChanged,
  });
  const isReady = (isRemoval || isAmount) && text !== (cap?.amount ?? '') && !change.isSaving;
  return (
    <form class="settings-form" onSubmit={onSubmit(change, isReady)}>
      <label>
        Highest cost of a billing period{currency === '' ? '' : `, in ${currency}`}
        <input
          inputMode="decimal"
          autocomplete="off"
          placeholder={cap === null ? 'no cap' : undefined}
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
      <button type="submit" class="primary" disabled={!isReady}>
        {change.isSaving ? 'Saving …' : isRemoval ? 'Remove the cap' : 'Set the cap'}
      </button>
      {isReady && <p class="worst">{consequence(isRemoval ? undefined : text, cap)}</p>}
      <ChangeProblem change={change} />
    </form>
  );
}

/** What the cap does, before it is set. @param amount undefined to remove the cap */
function consequence(amount: string | undefined, cap: Budgets['spending_cap']): string {
  if (amount === undefined) return 'Without a cap, a billing period costs what the additional limit allows.';
  // For a warning alone: amounts that are shown stay text.
  if (cap !== null && Number(cap.spent) >= Number(amount)) {
    return (
      `${money(cap.spent, cap.currency)} is spent already. Calls that need additional credits are rejected ` +
      'until the next billing period. What was spent is not given back.'
    );
  }
  return 'Effective at once, in this and each later billing period. What was spent before is not given back.';
}
