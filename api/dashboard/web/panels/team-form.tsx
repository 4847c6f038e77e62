import { useEffect, useRef, useState } from 'preact/hooks';
import { printableLine } from '../../../../platform/printable-text.ts';
import { counted } from '../formats.ts';
import { FieldProblem } from '../components/field-problem.tsx';
import { SetOrEnd } from '../components/set-or-end.tsx';
import { onSubmit, useChange } from '../state/change.ts';
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
      <form class="settings-form" onSubmit={onSubmit(change, isReady)}>
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
        <SetOrEnd
          change={change}
          end={end}
          isReady={isReady}
          action={present ? 'Change the team' : 'Set the team'}
          endAction={present && 'Dissolve the team'}
          onCancel={onCancel}
        />
      </form>
    </section>
  );
}
