import { printableLine } from '../../../../platform/printable-text.ts';
import type { AlertDeliveries } from '../answers.ts';
import { counted, dateTime, dayTime, number } from '../formats.ts';
import { ChangeProblem } from '../components/change-problem.tsx';
import { Table } from '../components/table.tsx';
import { useChange } from '../state/change.ts';
import { eventText } from './delivered-events.ts';

const COLUMNS = [
  { title: 'When' },
  { title: 'Destination', isText: true },
  { title: 'Event', isText: true, isWideOnly: true },
  { title: 'Outcome', isText: true },
  { title: 'Actions', isAction: true },
];
/** The state in words, with its colour. */
const STATES = {
  pending: ['is-plain', 'on its way'],
  delivered: ['is-good', 'delivered'],
  failed: ['is-full', 'failed'],
} as const;

type Delivery = AlertDeliveries['deliveries'][number];

interface DeliveriesPanelProps {
  /** The path of the organisation or of the platform. */
  readonly base: string;
  readonly deliveries: readonly Delivery[];
  readonly zone: string;
  /** Undefined where all are shown. */
  readonly onMore: (() => void) | undefined;
  readonly onReplayed: () => void;
}

/** What became of the last deliveries, each with its attempts. */
export function DeliveriesPanel({ base, deliveries, zone, onMore, onReplayed }: DeliveriesPanelProps) {
  return (
    <section class="card section" aria-labelledby="deliveries-title">
      <header class="card-head">
        <h2 id="deliveries-title">Deliveries</h2>
        <span class="faint">of the last 90 days, the newest first</span>
      </header>
      {deliveries.length === 0 && <p class="empty">Nothing has been sent yet.</p>}
      {deliveries.length > 0 && (
        <Table label="Deliveries, newest first" columns={COLUMNS}>
          <tbody>
            {deliveries.map((delivery) => (
              <Row
                key={`${delivery.delivery_id} ${delivery.destination_id}`}
                base={base}
                delivery={delivery}
                zone={zone}
                onReplayed={onReplayed}
              />
            ))}
          </tbody>
        </Table>
      )}
      {onMore && (
        <button type="button" class="link" onClick={onMore}>
          Show older deliveries than these {number(deliveries.length)}
        </button>
      )}
    </section>
  );
}

interface RowProps extends Pick<DeliveriesPanelProps, 'base' | 'zone' | 'onReplayed'> {
  readonly delivery: Delivery;
}

function Row({ base, delivery, zone, onReplayed }: RowProps) {
  const { delivery_id, destination_id, event, created_at, state, attempts, next_attempt_at } = delivery;
  const last = attempts.at(-1);
  const replay = useChange({
    method: 'POST',
    path: `${base}/alert-deliveries/${delivery_id}/replay`,
    done: `It is being sent to ${destination_id} again.`,
    onSaved: onReplayed,
  });
  const [kind, name] = STATES[state];
  return (
    <tr>
      <th scope="row">
        <span class="wide-only">{dateTime(created_at, zone)}</span>
        <span class="phone-only">{dayTime(created_at, zone)}</span>
      </th>
      <td class="text">{destination_id}</td>
      <td class="text wide-only">{eventText(event)}</td>
      <td class="text wrap">
        <span class={`pill ${kind}`}>{name}</span>{' '}
        <small class="faint">
          {attempts.length > 0 && counted(attempts.length, 'attempt')}
          {typeof last?.status === 'number' && `, answered with ${last.status}`}
          {typeof last?.error === 'string' && `: ${printableLine(last.error)}`}
          {next_attempt_at !== null &&
            attempts.length > 0 &&
            `. Next attempt: ${dateTime(next_attempt_at, zone)}`}
        </small>
      </td>
      <td class="text action">
        {state !== 'pending' && (
          <button
            type="button"
            class="link"
            aria-label={`Send again to ${destination_id}: ${eventText(event)}, ${dateTime(created_at, zone)}`}
            disabled={replay.isSaving}
            onClick={replay.save}
          >
            Send again
          </button>
        )}
        <ChangeProblem change={replay} />
      </td>
    </tr>
  );
}
