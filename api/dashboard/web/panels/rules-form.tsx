import { useState } from 'preact/hooks';
import { ChangeProblem } from '../components/change-problem.tsx';
import { onSubmit, useChange } from '../state/change.ts';
import { useCurrency } from '../state/currency.ts';
import { isComplete, type Rule, type RuleKinds } from './alert-rule-kinds.ts';
import { AddRule, RuleList } from './rule-list.tsx';

interface RulesFormProps {
  /** What is said where there is no rule. */
  readonly emptyText: string;
  readonly rules: readonly Rule[];
  readonly kinds: RuleKinds;
  readonly path: string;
  /** What is sent: all rules together. */
  readonly bodyOf: (rules: readonly Rule[]) => object;
  readonly onSaved: () => void;
}

/** Rules that are changed together: nothing is saved before the button says so. */
export function RulesForm({ emptyText, rules: saved, kinds, path, bodyOf, onSaved }: RulesFormProps) {
  const [rules, setRules] = useState(saved);
  const [edition, setEdition] = useState(0);
  const currency = useCurrency();
  const isChanged = JSON.stringify(rules) !== JSON.stringify(saved);
  const change = useChange({
    method: 'PUT',
    path,
    body: bodyOf(rules),
    done: 'The rules are saved. They apply at once.',
    onSaved,
  });
  const isReady = isChanged && rules.every(isComplete) && !change.isSaving;
  return (
    <form onSubmit={onSubmit(change, isReady)}>
      {rules.length === 0 && <p class="empty">{emptyText}</p>}
      <RuleList key={edition} rules={rules} kinds={kinds} currency={currency} onChange={setRules} />
      <div class="actions section">
        <AddRule rules={rules} kinds={kinds} onAdd={(rule) => setRules([...rules, rule])} />
        <button type="submit" class="primary" disabled={!isReady}>
          {change.isSaving ? 'Saving …' : 'Save the rules'}
        </button>
        {isChanged && (
          <button
            type="button"
            class="link"
            onClick={() => {
              setRules(saved);
              // The fields begin again with what is saved.
              setEdition(edition + 1);
            }}
          >
            Undo
          </button>
        )}
      </div>
      <ChangeProblem change={change} />
    </form>
  );
}
