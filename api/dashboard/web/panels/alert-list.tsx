import type { Alerts } from '../answers.ts';
import { CursorPager } from '../components/cursor-pager.tsx';
import { ChangeProblem } from '../components/change-problem.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { number } from '../formats.ts';
import { address, param, setParams } from '../state/address.ts';
import { useChange } from '../state/change.ts';
import { fetchJson } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import type { Query } from '../state/send.ts';
import { refreshUnread } from '../state/unread.ts';
import { AlertsTable } from './alerts-table.tsx';

const REFRESH_MS = 5_000;
const PAGE = '20';

interface AlertListProps {
  /** The path of the organisation or of the platform. */
  readonly base: string;
  readonly zone: string;
  /** Whether alerts are about products. */
  readonly hasProducts: boolean;
}

/** The alerts, the newest first, page by page. */
export function AlertList({ base, zone, hasProducts }: AlertListProps) {
  const trail = address.value.params.getAll('cursor');
  const cursor = trail.at(-1) ?? '';
  const isOpenOnly = param('alerts') === 'open';
  const query: Query = [
    ['limit', PAGE],
    ...(isOpenOnly ? [['state', 'open'] as const] : []),
    ...(cursor === '' ? [] : [['cursor', cursor] as const]),
  ];
  const { data, error, isPending, refresh } = useLive<Alerts>(
    `alerts ${base} ${JSON.stringify(query)}`,
    (signal) => fetchJson(`${base}/alerts`, { query, signal }),
    REFRESH_MS,
  );
  const read = useChange({
    method: 'PUT',
    path: `${base}/alerts/read`,
    body: { position: data?.position ?? '0' },
    done: 'All alerts are marked as read.',
    onSaved() {
      refresh();
      refreshUnread();
    },
  });
  const unread = data?.unread ?? 0;
  return (
    <section
      class={isPending ? 'card is-pending' : 'card'}
      aria-labelledby="alerts-title"
      aria-busy={isPending}
    >
      <header class="card-head">
        <h2 id="alerts-title">Alerts</h2>
        {unread > 0 && <span class="pill is-near">{number(unread)} unread</span>}
        <div class="actions">
          <label class="check">
            <input
              type="checkbox"
              checked={isOpenOnly}
              onChange={({ currentTarget: { checked } }) =>
                setParams({ alerts: checked ? 'open' : null, cursor: null })
              }
            />
            Only open alerts
          </label>
          {unread > 0 && (
            <button type="button" disabled={read.isSaving} onClick={read.save}>
              Mark all as read
            </button>
          )}
        </div>
      </header>
      <ChangeProblem change={read} />
      {error && (error.isPermanent || data === undefined) && (
        <ProblemNotice error={error} onRetry={refresh} />
      )}
      {data === undefined && !error && <Loading height={200} />}
      {data?.alerts.length === 0 && (
        <p class="empty">
          {isOpenOnly ? 'No alert is open.' : 'No alert has been raised. The rules say what raises one.'}
        </p>
      )}
      {data && data.alerts.length > 0 && (
        <AlertsTable alerts={data.alerts} zone={zone} hasProducts={hasProducts} />
      )}
      {data && <CursorPager trail={trail} next={data.next_cursor} />}
    </section>
  );
}
