import type { AlertDeliveries, AlertDestinations, AlertRules, Alerts } from '../answers.ts';
import { CursorPager } from '../components/cursor-pager.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { AlertsTable } from '../panels/alerts-table.tsx';
import { DeliveriesPanel } from '../panels/deliveries.tsx';
import { DestinationsPanel } from '../panels/destinations.tsx';
import { RulesPanel } from '../panels/alert-rules.tsx';
import { address, param, setParams } from '../state/address.ts';
import { useChange } from '../state/change.ts';
import { fetchJson, orgPath, type Query } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { may } from '../state/permissions.ts';
import { refreshUnread } from '../state/unread.ts';
import { chosenZone } from '../state/zone.ts';
import type { ScreenProps } from './screens.ts';

const REFRESH_MS = 5_000;
const PAGE = '50';

/** Warnings about the organisation's usage, by which rules they are raised, and where they are delivered to. */
export function AlertsScreen({ org, profile }: ScreenProps) {
  const zone = chosenZone() || profile.zone;
  const product = param('product') || (profile.products[0] ?? '');
  return (
    <>
      <h1 class="sr-only">Alerts</h1>
      <AlertList org={org} zone={zone} />
      {may('change-alerts') && (
        <>
          {profile.products.includes(product) && <Rules org={org} product={product} zone={zone} />}
          <Delivery org={org} zone={zone} />
        </>
      )}
    </>
  );
}

function AlertList({ org, zone }: { readonly org: string; readonly zone: string }) {
  const trail = address.value.params.getAll('cursor');
  const cursor = trail.at(-1) ?? '';
  const isOpenOnly = param('alerts') === 'open';
  const query: Query = [
    ['limit', PAGE],
    ...(isOpenOnly ? [['state', 'open'] as const] : []),
    ...(cursor === '' ? [] : [['cursor', cursor] as const]),
  ];
  const live = useLive<Alerts>(
    `alerts ${org} ${JSON.stringify(query)}`,
    (signal) => fetchJson(orgPath(org, 'alerts'), { query, signal }),
    REFRESH_MS,
  );
  const { data, error, isPending } = live;
  const read = useChange({
    method: 'PUT',
    path: orgPath(org, 'alerts/read'),
    body: { position: data?.position ?? '0' },
    fields: [],
  });
  const markAllRead = async (): Promise<void> => {
    await read.save();
    live.refresh();
    refreshUnread();
  };
  return (
    <section
      class={isPending ? 'card is-pending' : 'card'}
      aria-labelledby="alerts-title"
      aria-busy={isPending}
    >
      <header class="card-head">
        <h2 id="alerts-title">Alerts</h2>
        {data && data.unread > 0 && <span class="pill is-near">{data.unread} unread</span>}
        <label class="check">
          <input
            type="checkbox"
            checked={isOpenOnly}
            onChange={({ currentTarget: { checked } }) =>
              setParams({ alerts: checked ? 'open' : null, cursor: null })
            }
          />
          Only open ones
        </label>
        {data && data.unread > 0 && (
          <button type="button" disabled={read.isSaving} onClick={() => void markAllRead()}>
            Mark all as read
          </button>
        )}
      </header>
      {read.problem !== '' && (
        <p class="warn" role="alert">
          {read.problem}
        </p>
      )}
      {error?.isPermanent === true && <ProblemNotice error={error} onRetry={live.refresh} />}
      {data === undefined && !error && <Loading height={200} />}
      {data?.alerts.length === 0 && (
        <p class="empty">{isOpenOnly ? 'No alert is open.' : 'No alert has been raised.'}</p>
      )}
      {data && data.alerts.length > 0 && <AlertsTable alerts={data.alerts} zone={zone} />}
      {data && <CursorPager trail={trail} next={data.next_cursor} />}
    </section>
  );
}

function Rules({
  org,
  product,
  zone,
}: {
  readonly org: string;
  readonly product: string;
  readonly zone: string;
}) {
  const live = useLive<AlertRules>(
    `alert rules ${org} ${product}`,
    (signal) => fetchJson(orgPath(org, 'alert-rules'), { query: [['product', product]], signal }),
    null,
  );
  if (live.error) return <ProblemNotice error={live.error} onRetry={live.refresh} />;
  if (live.data === undefined) return <Loading height={160} />;
  const { recorded_at } = live.data;
  return (
    <RulesPanel
      key={`${product} ${recorded_at}`}
      org={org}
      answer={live.data}
      zone={zone}
      onChanged={live.refresh}
    />
  );
}

function Delivery({ org, zone }: { readonly org: string; readonly zone: string }) {
  const destinations = useLive<AlertDestinations>(
    `alert destinations ${org}`,
    (signal) => fetchJson(orgPath(org, 'alert-destinations'), { signal }),
    null,
  );
  const deliveries = useLive<AlertDeliveries>(
    `alert deliveries ${org}`,
    (signal) => fetchJson(orgPath(org, 'alert-deliveries'), { query: [['limit', '20']], signal }),
    REFRESH_MS,
  );
  const { data, error, refresh } = destinations;
  return (
    <>
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data && (
        <DestinationsPanel
          org={org}
          destinations={data.destinations}
          zone={zone}
          onChanged={refresh}
          onTested={deliveries.refresh}
        />
      )}
      {deliveries.data && (
        <DeliveriesPanel
          org={org}
          deliveries={deliveries.data.deliveries}
          zone={zone}
          onReplayed={deliveries.refresh}
        />
      )}
    </>
  );
}
