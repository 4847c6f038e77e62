import { useState } from 'preact/hooks';
import type { Budgets } from '../answers.ts';
import { number } from '../formats.ts';
import { FieldProblem } from '../components/field-problem.tsx';
import { MAX_CREDITS, WholeNumberField } from '../components/whole-number-field.tsx';
import { useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { ChangeProblem } from '../components/change-problem.tsx';

interface FormProps {
  readonly org: string;
  readonly budgets: Budgets;
  readonly onChanged: () => void;
}

const BOUNDS = { min: 0, max: MAX_CREDITS };

/** Sets or ends the budget of a user, an app or a team. */
export function BudgetForm({ org, budgets, onChanged }: FormProps) {
  const [scope, setScope] = useState('user');
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [isEnding, setIsEnding] = useState(false);
  const entered = parseWholeNumber(text, BOUNDS);
  const credits = entered.kind === 'number' ? entered.value : undefined;
  const present = budgets.budgets.find((each) => each.scope === scope && each.name === name);
  const product = encodeURIComponent(budgets.product);
  const change = useChange({
    method: 'PUT',
    path: `${orgPath(org, `budgets/${scope}/${encodeURIComponent(name)}`)}?product=${product}`,
    body: { credits: isEnding ? null : credits },
    fields: ['name', 'credits'],
  });
  const isReady = name !== '' && (isEnding || credits !== undefined) && !change.isSaving;
  const save = async (): Promise<void> => {
    if (!(await change.save())) return;
    setText('');
    setIsEnding(false);
    onChanged();
  };
  return (
    <section class="card" aria-labelledby="budget-form-title">
      <h2 id="budget-form-title">Set a budget</h2>
      <form
        class="settings-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void save();
        }}
      >
        <label>
          Of
          <select value={scope} onChange={({ currentTarget: { value } }) => setScope(value)}>
            <option value="user">a user</option>
            <option value="app">an app</option>
            <option value="team">a team</option>
          </select>
        </label>
        <label class="grow">
          Name
          <input
            value={name}
            maxLength={128}
            autocomplete="off"
            list={scope === 'team' ? 'team-names' : undefined}
            onInput={({ currentTarget: { value } }) => setName(value)}
          />
          <datalist id="team-names">
            {budgets.teams.map((team) => (
              <option key={team.name} value={team.name} />
            ))}
          </datalist>
          <FieldProblem name="Name" problem={change.problemOf('name')} />
        </label>
        <div>
          <WholeNumberField label="Credits per 24 hours" text={text} bounds={BOUNDS} onInput={setText} />
          <FieldProblem name="Credits" problem={change.problemOf('credits')} />
        </div>
        {credits !== undefined && <p class="worst">{consequence(credits, present?.used, budgets.total)}</p>}
        <button type="submit" class="primary" disabled={!isReady}>
          {change.isSaving ? 'Saving …' : isEnding ? 'End the budget' : 'Set the budget'}
        </button>
        {present && (
          <label class="check">
            <input
              type="checkbox"
              checked={isEnding}
              onChange={({ currentTarget: { checked } }) => setIsEnding(checked)}
            />
            End this budget instead
          </label>
        )}
        <ChangeProblem change={change} />
      </form>
    </section>
  );
}

/** What the budget does now, before it is set. */
function consequence(credits: number, used: number | undefined, total: number): string {
  const effect = 'Effective at once, where the gate is asked before each call.';
  if (used !== undefined && used >= credits) {
    return `${number(used)} credits of the last 24 hours are used already: further calls are rejected until some return. ${effect}`;
  }
  if (credits > total)
    return `More than the subscription’s ${number(total)}, which hold all the same. ${effect}`;
  return effect;
}

/** Sets the members of a team, or dissolves it by leaving them out. */
export function TeamForm({ org, budgets, onChanged }: FormProps) {
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const users = text.split(/[\s,;]+/).filter((each) => each !== '');
  const isKnown = budgets.teams.some((team) => team.name === name);
  const change = useChange({
    method: 'PUT',
    path: orgPath(org, `teams/${encodeURIComponent(name)}`),
    body: { users: users.length === 0 ? null : [...new Set(users)] },
    fields: ['name', 'users'],
  });
  const isReady = name !== '' && (users.length > 0 || isKnown) && !change.isSaving;
  return (
    <section class="card" aria-labelledby="team-form-title">
      <h2 id="team-form-title">Set a team</h2>
      <form
        class="settings-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void change.save().then((isDone) => isDone && onChanged());
        }}
      >
        <label>
          Team
          <input
            value={name}
            maxLength={128}
            autocomplete="off"
            onInput={({ currentTarget: { value } }) => {
              setName(value);
              const known = budgets.teams.find((team) => team.name === value);
              if (known) setText(known.users.join(', '));
            }}
          />
          <FieldProblem name="Team" problem={change.problemOf('name')} />
        </label>
        <label class="grow">
          User IDs, separated by commas
          <input value={text} autocomplete="off" onInput={({ currentTarget: { value } }) => setText(value)} />
          <FieldProblem name="Users" problem={change.problemOf('users')} />
        </label>
        <button type="submit" class="primary" disabled={!isReady}>
          {change.isSaving
            ? 'Saving …'
            : users.length === 0 && isKnown
              ? 'Dissolve the team'
              : 'Set the team'}
        </button>
        <ChangeProblem change={change} />
      </form>
    </section>
  );
}
