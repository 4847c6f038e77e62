import { useEffect, useRef, useState } from 'preact/hooks';
import type { AlertDestinations } from '../answers.ts';
import { ChangeProblem } from '../components/change-problem.tsx';
import { FieldProblem } from '../components/field-problem.tsx';
import { onSubmit, useChange } from '../state/change.ts';
import { EVENTS } from './delivered-events.ts';

interface DestinationFormProps {
  /** The path of the organisation or of the platform. */
  readonly base: string;
  /** The one to change; undefined to add one. */
  readonly present?: AlertDestinations['destinations'][number];
  /** The ids that a new one cannot have. */
  readonly taken: readonly string[];
  readonly onSaved: () => void;
  readonly onCancel?: () => void;
}

/** Adds a webhook or an e-mail address, or changes what is sent where. */
export function DestinationForm({ base, present, taken, onSaved, onCancel }: DestinationFormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (present) form.current?.querySelector<HTMLElement>('input')?.focus();
  }, []);
  const [type, setType] = useState<string>(present?.type ?? 'email');
  const [id, setId] = useState(present?.destination_id ?? '');
  const [target, setTarget] = useState(present?.url ?? (present?.to ?? []).join(', '));
  const [events, setEvents] = useState<readonly string[]>(
    present?.events ?? ['alert.raised', 'alert.resolved'],
  );
  const isTaken = taken.includes(id);
  const to = target.split(/[\s,;]+/).filter((each) => each !== '');
  const change = useChange({
    method: 'PUT',
    path: `${base}/alert-destinations/${encodeURIComponent(id)}`,
    body: {
      type,
      events,
      is_enabled: present?.is_enabled ?? true,
      ...(type === 'webhook' ? { url: target.trim() } : { to }),
    },
    fields: ['destination_id', 'url', 'to', 'events'],
    done: present ? `${id} is changed.` : `${id} is added. Send a test to see that it works.`,
    onSaved,
  });
  const isReady = id !== '' && !isTaken && target.trim() !== '' && events.length > 0 && !change.isSaving;
  return (
    <form
      ref={form}
      class="settings-form"
      aria-label={present ? `Change ${id}` : 'Add a destination'}
      onSubmit={onSubmit(change, isReady)}
    >
      {present ? (
        <h3>Change {id}</h3>
      ) : (
        <>
          <label>
            Kind
            <select
              value={type}
              onChange={({ currentTarget: { value } }) => {
                setType(value);
                setTarget('');
              }}
            >
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
              spellcheck={false}
              onInput={({ currentTarget: { value } }) => setId(value)}
            />
            {isTaken && (
              <small class="warn" role="status">
                There is a destination {id} already.
              </small>
            )}
            <FieldProblem name="Name" problem={change.problemOf('destination_id')} />
          </label>
        </>
      )}
      <label class="grow">
        {type === 'webhook' ? 'URL' : 'Addresses'}
        <input
          type="text"
          inputMode={type === 'webhook' ? 'url' : 'email'}
          value={target}
          autocomplete="off"
          spellcheck={false}
          placeholder={type === 'webhook' ? 'https://example.org/hook' : 'ann@example.org, bob@example.org'}
          onInput={({ currentTarget: { value } }) => setTarget(value)}
        />
        <FieldProblem name="URL" problem={change.problemOf('url')} />
        <FieldProblem name="Addresses" problem={change.problemOf('to')} />
      </label>
      <fieldset>
        <legend>Send when</legend>
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
      <div class="actions">
        <button type="submit" class="primary" disabled={!isReady}>
          {change.isSaving ? 'Saving …' : present ? 'Save' : 'Add'}
        </button>
        {onCancel && (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
      <ChangeProblem change={change} />
    </form>
  );
}
