import { useEffect, useRef, useState } from 'preact/hooks';
import { printableLine } from '../../../../platform/printable-text.ts';
import type { Budgets } from '../answers.ts';
import { number } from '../formats.ts';
import { FieldProblem } from '../components/field-problem.tsx';
import { SetOrEnd } from '../components/set-or-end.tsx';
import { MAX_CREDITS, WholeNumberField } from '../components/whole-number-field.tsx';
import { onSubmit, useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { SCOPES, type Budget } from './budgets.tsx';
import { Names } from './names.tsx';

interface BudgetFormProps {
  readonly org: string;
  readonly budgets: Budgets;
  /** The one to change; undefined to set a new one. */
  readonly present: Budget | undefined;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
}

const BOUNDS = { min: 0, max: MAX_CREDITS };

/** Sets, changes or ends the budget of a user, an app or a team. */
export function BudgetForm({ org, budgets, present, onSaved, onCancel }: BudgetFormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (present) form.current?.querySelector<HTMLElement>('.number-field input')?.focus();
  }, []);
  const [scope, setScope] = useState<Budget['scope']>(present?.scope ?? 'user');
  const [name, setName] = useState(present?.name ?? '');
  const [text, setText] = useState(present ? number(present.credits) : '');
  const entered = parseWholeNumber(text, BOUNDS);
  const credits = entered.kind === 'number' ? entered.value : undefined;
  const known = present ?? budgets.budgets.find((each) => each.scope === scope && each.name === name);
  const title = `${SCOPES[scope]} ${printableLine(name)}`;
  const request = {
    method: 'PUT',
    path: `${orgPath(org, `budgets/${scope}/${encodeURIComponent(name)}`)}?product=${encodeURIComponent(budgets.product)}`,
    fields: ['name', 'credits'],
    onSaved,
  } as const;
  const change = useChange({ ...request, body: { credits }, done: `${title} has a budget.` });
  const end = useChange({ ...request, body: { credits: null }, done: `${title} has no budget any more.` });
  const isSaving = change.isSaving || end.isSaving;
  const isReady = name !== '' && credits !== undefined && credits !== present?.credits && !isSaving;
  return (
    <section class="card" aria-labelledby="budget-form-title">
      <h2 id="budget-form-title">{present ? `Budget of ${scope} ${printableLine(name)}` : 'Set a budget'}</h2>
      <form ref={form} class="settings-form" onSubmit={onSubmit(change, isReady)}>
        {!present && (
          <Names
            org={org}
            product={budgets.product}
            scope={scope}
            teams={budgets.teams}
            name={name}
            problem={change.problemOf('name')}
            onScope={(next) => {
              setScope(next);
              setName('');
            }}
            onName={setName}
          />
        )}
        <div>
          <WholeNumberField label="Credits per 24 hours" text={text} bounds={BOUNDS} onInput={setText} />
          <FieldProblem name="Credits" problem={change.problemOf('credits')} />
        </div>
        {credits !== undefined && name !== '' && (
          <p class="worst">{consequence(credits, known, budgets.total)}</p>
        )}
        <SetOrEnd
          change={change}
          end={end}
          isReady={isReady}
          action={known ? 'Change the budget' : 'Set the budget'}
          endAction={present && 'End the budget'}
          onCancel={onCancel}
        />
      </form>
    </section>
  );
}

/** What the budget does, before it is set. @param known as it is now; undefined where there is none */
function consequence(credits: number, known: Budget | undefined, total: number): string {
  const effect = 'Effective at once, wherever API servers ask the gate.';
  const parts = [
    known && known.credits !== credits && `Instead of ${number(known.credits)}.`,
    known &&
      known.used >= credits &&
      `${number(known.used)} credits of the last 24 hours are used already: further calls are rejected until enough of them return.`,
    credits > total && `More than the ${number(total)} of the whole subscription, which hold all the same.`,
    effect,
  ];
  return parts.filter((part) => typeof part === 'string').join(' ');
}
