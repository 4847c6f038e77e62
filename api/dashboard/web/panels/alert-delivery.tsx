import { useState } from 'preact/hooks';
import type { AlertDeliveries, AlertDestinations } from '../answers.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { fetchJson } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { DeliveriesPanel } from './deliveries.tsx';
import { DestinationsPanel } from './destinations.tsx';

const REFRESH_MS = 5_000;
const FEW = 20;
/** As many as the API gives at once. */
const MANY = 1_000;

/** Where alerts are delivered to, and what became of it. @param base the path of the organisation or the platform */
export function AlertDelivery({ base, zone }: { readonly base: string; readonly zone: string }) {
  const [limit, setLimit] = useState(FEW);
  const destinations = useLive<AlertDestinations>(
    `alert destinations ${base}`,
    (signal) => fetchJson(`${base}/alert-destinations`, { signal }),
    null,
  );
  const deliveries = useLive<AlertDeliveries>(
    `alert deliveries ${base} ${limit}`,
    (signal) => fetchJson(`${base}/alert-deliveries`, { query: [['limit', String(limit)]], signal }),
    REFRESH_MS,
  );
  return (
    <>
      {destinations.error && (
        <div class="section">
          <ProblemNotice error={destinations.error} onRetry={destinations.refresh} />
        </div>
      )}
      {destinations.data === undefined && !destinations.error && <Loading height={120} />}
      {destinations.data && (
        <DestinationsPanel
          base={base}
          destinations={destinations.data.destinations}
          zone={zone}
          onChanged={destinations.refresh}
          onTested={deliveries.refresh}
        />
      )}
      {deliveries.error?.isPermanent === true && (
        <ProblemNotice error={deliveries.error} onRetry={deliveries.refresh} />
      )}
      {deliveries.data && (
        <DeliveriesPanel
          base={base}
          deliveries={deliveries.data.deliveries}
          zone={zone}
          onMore={deliveries.data.next_cursor !== null && limit < MANY ? () => setLimit(MANY) : undefined}
          onReplayed={deliveries.refresh}
        />
      )}
    </>
  );
}
