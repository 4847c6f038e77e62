import { useState } from 'preact/hooks';
import type { AlertDestinations } from '../answers.ts';
import { Table } from '../components/table.tsx';
import { DestinationForm } from './destination-form.tsx';
import { DestinationRow } from './destination-row.tsx';
import { WebhookSecret } from './webhook-secret.tsx';

const COLUMNS = [
  { title: 'Destination' },
  { title: 'Sent to', isText: true },
  { title: 'Events', isText: true, isWideOnly: true },
  { title: 'State', isText: true },
  { title: 'Actions', isAction: true },
];

interface DestinationsPanelProps {
  /** The path of the organisation or of the platform. */
  readonly base: string;
  readonly destinations: AlertDestinations['destinations'];
  readonly zone: string;
  readonly onChanged: () => void;
  readonly onTested: () => void;
}

/** Where alerts are delivered to, besides this screen. */
export function DestinationsPanel({ base, destinations, zone, onChanged, onTested }: DestinationsPanelProps) {
  const [opened, setOpened] = useState<{ readonly id: string; readonly part: 'form' | 'secret' }>();
  const changing = destinations.find(({ destination_id: id }) => opened?.part === 'form' && id === opened.id);
  const close = (): void => setOpened(undefined);
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
              <DestinationRow
                key={destination.destination_id}
                base={base}
                destination={destination}
                onOpen={(part) => setOpened({ id: destination.destination_id, part })}
                onChanged={onChanged}
                onTested={onTested}
              />
            ))}
          </tbody>
        </Table>
      )}
      {opened?.part === 'secret' && (
        <WebhookSecret key={opened.id} base={base} id={opened.id} zone={zone} onClose={close} />
      )}
      {changing ? (
        <DestinationForm
          key={changing.destination_id}
          base={base}
          present={changing}
          taken={[]}
          onSaved={() => {
            close();
            onChanged();
          }}
          onCancel={close}
        />
      ) : (
        <details>
          <summary>Add a destination</summary>
          <DestinationForm
            key={destinations.map((each) => each.destination_id).join(' ')}
            base={base}
            taken={destinations.map((each) => each.destination_id)}
            onSaved={onChanged}
          />
        </details>
      )}
    </section>
  );
}
