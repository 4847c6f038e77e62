import { printableLine } from '../../../../platform/printable-text.ts';
import type { AlertDestinations } from '../answers.ts';
import { ChangeProblem } from '../components/change-problem.tsx';
import { useChange } from '../state/change.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { eventText } from './delivered-events.ts';

interface DestinationRowProps {
  /** The path of the organisation or of the platform. */
  readonly base: string;
  readonly destination: AlertDestinations['destinations'][number];
  readonly onOpen: (part: 'form' | 'secret') => void;
  readonly onChanged: () => void;
  readonly onTested: () => void;
}

/** A destination, and what can be done with it. */
export function DestinationRow({ base, destination, onOpen, onChanged, onTested }: DestinationRowProps) {
  const { destination_id: id, type, url, to, events, is_enabled, disabled_reason } = destination;
  const path = `${base}/alert-destinations/${encodeURIComponent(id)}`;
  const test = useChange({
    method: 'POST',
    path: `${path}/test`,
    done: `A test is on its way to ${id}: the deliveries below show what becomes of it.`,
    onSaved: onTested,
  });
  const toggle = useChange({
    method: 'PUT',
    path,
    body: {
      type,
      events,
      ...(url !== null && { url }),
      ...(to !== null && { to }),
      is_enabled: !is_enabled,
    },
    done: is_enabled ? `Nothing more is sent to ${id}.` : `Events are sent to ${id} again.`,
    onSaved: onChanged,
  });
  const removal = useConfirmedChange(
    { method: 'DELETE', path, done: `${id} is removed.`, onSaved: onChanged },
    { isReady: true },
  );
  return (
    <tr>
      <th scope="row">
        {id} <small class="faint">{type === 'webhook' ? 'webhook' : 'e-mail'}</small>
      </th>
      <td class="text wrap">{printableLine(url ?? (to ?? []).join(', '))}</td>
      <td class="text wide-only wrap">{events.map(eventText).join(', ')}</td>
      <td class="text wrap">
        <span class={is_enabled ? 'pill is-good' : 'pill is-full'}>
          {is_enabled ? 'enabled' : 'disabled'}
        </span>
        {disabled_reason !== null && <small class="faint"> {printableLine(disabled_reason)}</small>}
      </td>
      <td class="text wrap action">
        {removal.isConfirming ? (
          <form class="actions" onSubmit={removal.submit}>
            <button type="submit" class="link danger" disabled={removal.isSaving}>
              Remove {id}
            </button>
            <button type="button" class="link" onClick={removal.cancel}>
              Keep it
            </button>
          </form>
        ) : (
          <form class="actions" aria-label={`Actions of ${id}`} onSubmit={removal.submit}>
            <button type="button" class="link" disabled={test.isSaving} onClick={test.save}>
              Send a test
            </button>
            <button type="button" class="link" onClick={() => onOpen('form')}>
              Change
            </button>
            <button type="button" class="link" disabled={toggle.isSaving} onClick={toggle.save}>
              {is_enabled ? 'Disable' : 'Enable'}
            </button>
            {type === 'webhook' && (
              <button type="button" class="link" onClick={() => onOpen('secret')}>
                Secret
              </button>
            )}
            <button type="submit" class="link">
              Remove …
            </button>
          </form>
        )}
        {[test, toggle, removal].map((change, index) => (
          <ChangeProblem key={index} change={change} />
        ))}
      </td>
    </tr>
  );
}
