import { useState } from 'preact/hooks';
import { FieldProblem } from '../components/field-problem.tsx';
import { useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import { ChangeProblem } from '../components/change-problem.tsx';

/** What a destination can be sent, in words. */
const EVENTS = [
  ['alert.raised', 'an alert is raised'],
  ['alert.resolved', 'an alert is resolved'],
  ['day.closed', 'a day is closed'],
  ['statement.final', 'a statement is final'],
  ['limit.changed', 'the limit is changed'],
] as const;

interface DestinationFormProps {
  readonly org: string;
  readonly taken: readonly string[];
  readonly onChanged: () => void;
}

/** Adds a webhook or an e-mail address. */
export function DestinationForm(props: DestinationFormProps) {
  return (
    <details>
      <summary>Add a destination</summary>
      <Fields key={props.taken.join(' ')} {...props} />
    </details>
  );
}

function Fields({ org, taken, onChanged }: DestinationFormProps) {
  const [type, setType] = useState('email');
  const [id, setId] = useState('');
  const [target, setTarget] = useState('');
  const [events, setEvents] = useState<readonly string[]>(['alert.raised', 'alert.resolved']);
  const isTaken = taken.includes(id);
  const to = target.split(/[\s,;]+/).filter((each) => each !== '');
  const change = useChange({
    method: 'PUT',
    path: orgPath(org, `alert-destinations/${encodeURIComponent(id)}`),
    body: { type, events, is_enabled: true, ...(type === 'webhook' ? { url: target } : { to }) },
    fields: ['destination_id', 'url', 'to', 'events'],
  });
  const isReady = id !== '' && !isTaken && target !== '' && events.length > 0 && !change.isSaving;
  return (
    <form
      class="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void change.save().then((isDone) => isDone && onChanged());
      }}
    >
      <label>
        Kind
        <select value={type} onChange={({ currentTarget: { value } }) => setType(value)}>
          <option value="email">E-mail</option>
          <option value="webhook">Webhook</option>
        </select>
      </label>
      <label>
        Name
        <input
          value={id}
          maxLength={64}
          placeholder="operations"
          autocomplete="off"
          onInput={({ currentTarget: { value } }) => setId(value)}
        />
        {isTaken && (
          <small class="warn" role="status">
            There is a destination {id} already.
          </small>
        )}
        <FieldProblem name="Name" problem={change.problemOf('destination_id')} />
      </label>
      <label class="grow">
        {type === 'webhook' ? 'URL' : 'Addresses'}
        <input
          type="text"
          inputMode={type === 'webhook' ? 'url' : 'email'}
          value={target}
          autocomplete="off"
          placeholder={type === 'webhook' ? 'https://example.org/hook' : 'ann@example.org, bob@example.org'}
          onInput={({ currentTarget: { value } }) => setTarget(value)}
        />
        <FieldProblem name="URL" problem={change.problemOf('url')} />
        <FieldProblem name="Addresses" problem={change.problemOf('to')} />
      </label>
      <fieldset>
        <legend>Sent when</legend>
        {EVENTS.map(([event, words]) => (
          <label key={event} class="check">
            <input
              type="checkbox"
              checked={events.includes(event)}
              onChange={({ currentTarget: { checked } }) =>
                setEvents(checked ? [...events, event] : events.filter((each) => each !== event))
              }
            />
            {words}
          </label>
        ))}
      </fieldset>
      <button type="submit" class="primary" disabled={!isReady}>
        {change.isSaving ? 'Saving …' : 'Add'}
      </button>
      <ChangeProblem change={change} />
    </form>
  );
}
