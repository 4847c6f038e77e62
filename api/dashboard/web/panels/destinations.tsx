import { printableLine } from '../../../../platform/printable-text.ts';
import { useState } from 'preact/hooks';
import type { AlertDestinations, AlertSecret } from '../answers.ts';
import { Table } from '../components/table.tsx';
import { useChange } from '../state/change.ts';
import { ApiError, fetchJson, orgPath } from '../state/client.ts';
import { DestinationForm } from './destination-form.tsx';

const COLUMNS = [
  { title: 'Destination' },
  { title: 'Sent to', isText: true },
  { title: 'Events', isText: true, isWideOnly: true },
  { title: 'State', isText: true },
  { title: 'Actions', isText: true },
];

interface DestinationsPanelProps {
  readonly org: string;
  readonly destinations: AlertDestinations['destinations'];
  readonly zone: string;
  readonly onChanged: () => void;
  readonly onTested: () => void;
}

/** Where alerts are delivered to, besides this screen. */
export function DestinationsPanel({ org, destinations, onChanged, onTested }: DestinationsPanelProps) {
  return (
    <section class="card section" aria-labelledby="destinations-title">
      <header class="card-head">
        <h2 id="destinations-title">Destinations</h2>
        <span class="faint">webhooks and e-mail</span>
      </header>
      {destinations.length === 0 && (
        <p class="empty">Alerts are shown here only. Add a webhook or an e-mail address to be notified.</p>
      )}
      {destinations.length > 0 && (
        <Table label="Destinations of alerts" columns={COLUMNS}>
          <tbody>
            {destinations.map((destination) => (
              <Row
                key={destination.destination_id}
                org={org}
                destination={destination}
                onChanged={onChanged}
                onTested={onTested}
              />
            ))}
          </tbody>
        </Table>
      )}
      <DestinationForm
        org={org}
        taken={destinations.map((each) => each.destination_id)}
        onChanged={onChanged}
      />
    </section>
  );
}

type Destination = AlertDestinations['destinations'][number];

interface RowProps {
  readonly org: string;
  readonly destination: Destination;
  readonly onChanged: () => void;
  readonly onTested: () => void;
}

function Row({ org, destination, onChanged, onTested }: RowProps) {
  const { destination_id: id, type, url, to, events, is_enabled, disabled_reason } = destination;
  const path = orgPath(org, `alert-destinations/${encodeURIComponent(id)}`);
  const [notice, setNotice] = useState('');
  const sent = { type, events, ...(url !== null && { url }), ...(to !== null && { to }) };
  const toggle = useChange({ method: 'PUT', path, body: { ...sent, is_enabled: !is_enabled }, fields: [] });
  const run = async (work: () => Promise<string>): Promise<void> => {
    try {
      setNotice(await work());
    } catch (error) {
      setNotice(error instanceof ApiError ? error.message : String(error));
    }
  };
  const test = async (): Promise<string> => {
    await fetchJson<unknown>(`${path}/test`, { method: 'POST' });
    onTested();
    return 'A test is on its way: see the deliveries below.';
  };
  const showSecret = async (): Promise<string> => {
    const { secret } = await fetchJson<AlertSecret>(`${path}/secret`);
    return `Secret: ${secret}`;
  };
  const remove = async (): Promise<string> => {
    await fetchJson<unknown>(path, { method: 'DELETE' });
    onChanged();
    return '';
  };
  const [isRemoving, setIsRemoving] = useState(false);
  return (
    <tr>
      <th scope="row">{id}</th>
      <td class="text wrap">{printableLine(url ?? (to ?? []).join(', '))}</td>
      <td class="text wide-only wrap">{events.join(', ')}</td>
      <td class="text">
        <span class={is_enabled ? 'pill is-good' : 'pill is-full'} title={disabled_reason ?? undefined}>
          {is_enabled ? 'enabled' : 'disabled'}
        </span>
      </td>
      <td class="text wrap">
        <button type="button" class="link" onClick={() => void run(test)}>
          Send a test
        </button>{' '}
        <button
          type="button"
          class="link"
          disabled={toggle.isSaving}
          onClick={() => void toggle.save().then((isDone) => isDone && onChanged())}
        >
          {is_enabled ? 'Disable' : 'Enable'}
        </button>{' '}
        {type === 'webhook' && (
          <button type="button" class="link" onClick={() => void run(showSecret)}>
            Show the secret
          </button>
        )}{' '}
        {isRemoving ? (
          <button type="button" class="link warn" onClick={() => void run(remove)}>
            Really remove {id}
          </button>
        ) : (
          <button type="button" class="link" onClick={() => setIsRemoving(true)}>
            Remove …
          </button>
        )}
        {(notice !== '' || toggle.problem !== '') && (
          <small class="faint" role="status">
            {' '}
            {notice || toggle.problem}
          </small>
        )}
      </td>
    </tr>
  );
}
