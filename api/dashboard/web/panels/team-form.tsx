import { useEffect, useRef, useState } from 'preact/hooks';
import { printableLine } from '../../../../platform/printable-text.ts';
import { counted } from '../formats.ts';
import { ChangeProblem } from '../components/change-problem.tsx';
import { FieldProblem } from '../components/field-problem.tsx';
import { useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import type { Team } from './teams.tsx';

interface TeamFormProps {
  readonly org: string;
  readonly teams: readonly Team[];
  /** The one to change; undefined to set a new one. */
  readonly present: Team | undefined;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
}

/** Sets the members of a team, or dissolves it. */
export function TeamForm({ org, teams, present, onSaved, onCancel }: TeamFormProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (present) field.current?.focus();
  }, []);
  const [name, setName] = useState(present?.name ?? '');
  const [text, setText] = useState(present?.users.join('\n') ?? '');
  // An id may have spaces: a browser's name, for example.
  const users = [...new Set(text.split(/[\n,;]+/).map((each) => each.trim()))].filter((each) => each !== '');
  const isTaken = !present && teams.some((team) => team.name === name);
  const title = printableLine(name);
  const request = {
    method: 'PUT',
    path: orgPath(org, `teams/${encodeURIComponent(name)}`),
    fields: ['name', 'users'],
    onSaved,
  } as const;
  const change = useChange({
    ...request,
    body: { users },
    done: `The team ${title} has ${counted(users.length, 'user')}.`,
  });
  const end = useChange({ ...request, body: { users: null }, done: `The team ${title} is dissolved.` });
  const isSaving = change.isSaving || end.isSaving;
  const isReady = name !== '' && !isTaken && users.length > 0 && !isSaving;
  return (
    <section class="card" aria-labelledby="team-form-title">
      <h2 id="team-form-title">{present ? `Team ${title}` : 'Set a team'}</h2>
      <form
        class="settings-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) change.save();
        }}
      >
        {!present && (
          <label>
            Team
            <input
              value={name}
              maxLength={128}
              autocomplete="off"
              spellcheck={false}
              onInput={({ currentTarget: { value } }) => setName(value)}
            />
            {isTaken && (
              <small class="warn" role="status">
                There is a team {title} already: change it in the list of teams.
              </small>
            )}
            <FieldProblem name="Team" problem={change.problemOf('name')} />
          </label>
        )}
        <label class="whole">
          User IDs, one a line or separated by commas
          <textarea
            ref={field}
            rows={Math.min(8, Math.max(2, users.length))}
            spellcheck={false}
            value={text}
            onInput={({ currentTarget: { value } }) => setText(value)}
          />
          <FieldProblem name="Users" problem={change.problemOf('users')} />
        </label>
        <div class="actions">
          <button type="submit" class="primary" disabled={!isReady}>
            {change.isSaving ? 'Saving …' : present ? 'Change the team' : 'Set the team'}
          </button>
          {present && (
            <>
              <button type="button" disabled={isSaving} onClick={end.save}>
                Dissolve the team
              </button>
              <button type="button" class="link" onClick={onCancel}>
                Cancel
              </button>
            </>
          )}
        </div>
        <ChangeProblem change={change} />
        <ChangeProblem change={end} />
      </form>
    </section>
  );
}
