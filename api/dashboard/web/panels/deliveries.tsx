import { printableLine } from '../../../../platform/printable-text.ts';
import { useState } from 'preact/hooks';
import type { AlertDeliveries } from '../answers.ts';
import { counted, dateTime } from '../formats.ts';
import { Table } from '../components/table.tsx';
import { ApiError, fetchJson, orgPath } from '../state/client.ts';

const COLUMNS = [
  { title: 'When' },
  { title: 'Destination', isText: true },
  { title: 'Event', isText: true, isWideOnly: true },
  { title: 'Outcome', isText: true },
  { title: 'Actions', isText: true },
];
const KINDS = { pending: 'is-near', delivered: 'is-good', failed: 'is-full' } as const;

type Delivery = AlertDeliveries['deliveries'][number];

interface DeliveriesPanelProps {
  readonly org: string;
  readonly deliveries: readonly Delivery[];
  readonly zone: string;
  readonly onReplayed: () => void;
}

/** What became of the last deliveries, each with its attempts. */
export function DeliveriesPanel({ org, deliveries, zone, onReplayed }: DeliveriesPanelProps) {
  return (
    <section class="card section" aria-labelledby="deliveries-title">
      <header class="card-head">
        <h2 id="deliveries-title">Deliveries</h2>
        <span class="faint">the newest 20</span>
      </header>
      {deliveries.length === 0 && <p class="empty">Nothing has been delivered yet.</p>}
      {deliveries.length > 0 && (
        <Table label="Deliveries, newest first" columns={COLUMNS}>
          <tbody>
            {deliveries.map((delivery) => (
              <Row
                key={`${delivery.delivery_id} ${delivery.destination_id}`}
                org={org}
                delivery={delivery}
                zone={zone}
                onReplayed={onReplayed}
              />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

function Row({
  org,
  delivery,
  zone,
  onReplayed,
}: Omit<DeliveriesPanelProps, 'deliveries'> & { readonly delivery: Delivery }) {
  const [problem, setProblem] = useState('');
  const { delivery_id, destination_id, event, created_at, state, attempts, next_attempt_at } = delivery;
  const last = attempts.at(-1);
  const replay = async (): Promise<void> => {
    try {
      await fetchJson<unknown>(orgPath(org, `alert-deliveries/${delivery_id}/replay`), { method: 'POST' });
      onReplayed();
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error));
    }
  };
  return (
    <tr>
      <th scope="row">{dateTime(created_at, zone)}</th>
      <td class="text">{destination_id}</td>
      <td class="text wide-only">{event}</td>
      <td class="text wrap">
        <span class={`pill ${KINDS[state]}`}>{state}</span>{' '}
        <small class="faint">
          {counted(attempts.length, 'attempt')}
          {typeof last?.status === 'number' && `, last answer ${last.status}`}
          {typeof last?.error === 'string' && `: ${printableLine(last.error)}`}
          {next_attempt_at !== null && `; next at ${dateTime(next_attempt_at, zone)}`}
        </small>
      </td>
      <td class="text">
        <button type="button" class="link" onClick={() => void replay()}>
          Send again
        </button>
        {problem !== '' && (
          <small class="warn" role="alert">
            {' '}
            {problem}
          </small>
        )}
      </td>
    </tr>
  );
}
