import type { Calls } from '../answers.ts';
import { counted } from '../formats.ts';
import { CallDetails } from '../panels/call-details.tsx';
import { CallsTable } from '../panels/calls-table.tsx';
import { ConflictsPanel } from '../panels/conflicts.tsx';
import { DownloadButton } from '../components/download-button.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { PrintHeading } from '../components/print-heading.tsx';
import { Toolbar } from '../components/toolbar.tsx';
import { fetchJson, orgPath } from '../state/client.ts';
import type { Query } from '../state/send.ts';
import { filterParams } from '../state/filters.ts';
import { useLive } from '../state/live.ts';
import { param, address, setParams } from '../state/address.ts';
import { rangeAt, rangeName, rangeText } from '../state/time-range.ts';
import { may } from '../state/permissions.ts';
import { chosenZone } from '../state/zone.ts';
import type { ScreenProps } from './screens.ts';

const PAGE = 50;

/** Every call in the range, newest first, page by page. */
export function CallsScreen({ org, profile: { zone: ownZone, products } }: ScreenProps) {
  const zone = chosenZone() || ownZone;
  // The cursors of the pages up to here: the last one is this page's, the one before leads back.
  const trail = address.value.params.getAll('cursor');
  const cursor = trail.at(-1) ?? '';
  const params = new URLSearchParams(address.value.params);
  params.delete('call');
  const live = useLive<Calls>(
    `calls ${org} ${params.toString()}`,
    (signal) =>
      fetchJson(orgPath(org, 'calls'), {
        query: [
          ...callsQuery(),
          ['limit', String(PAGE)],
          ...(cursor === '' ? [] : [['cursor', cursor] as const]),
        ],
        signal,
      }),
    null,
  );
  const { data, error } = live;
  const next = data?.next_cursor ?? null;
  return (
    <>
      <h1 class="sr-only">Call log</h1>
      <PrintHeading
        screen="Call log"
        org={org}
        product={param('product')}
        range={rangeText(rangeAt(live.answeredAt || Date.now()), zone)}
        zone={zone}
        asOf={live.answeredAt || Date.now()}
        hasFilters
      />
      <Toolbar ownZone={ownZone} zone={zone} />
      {error?.isPermanent === true && <ProblemNotice error={error} onRetry={live.refresh} />}
      {data === undefined && error === undefined && <Loading height={600} />}
      {may('read-conflicts') && <ConflictsPanel org={org} zone={zone} />}
      {data && (
        <section
          class={live.isPending ? 'card is-pending' : 'card'}
          aria-label="Calls"
          aria-busy={live.isPending}
        >
          {data.calls.length === 0 ? (
            <p class="empty">No calls in this range.</p>
          ) : (
            <CallsTable calls={data.calls} subscribed={products} zone={zone} />
          )}
          <div class="pager">
            <button
              type="button"
              disabled={cursor === ''}
              onClick={() => setParams({ cursor: trail.slice(0, -1) })}
            >
              Newer
            </button>
            <button
              type="button"
              disabled={next === null}
              onClick={() => next !== null && setParams({ cursor: [...trail, next] })}
            >
              Older
            </button>
            <button
              type="button"
              class="link"
              onClick={() => (cursor === '' ? live.refresh() : setParams({ cursor: null }))}
            >
              {cursor === '' ? 'Refresh' : 'Back to the newest'}
            </button>
            <DownloadButton
              isLink
              label="Download CSV"
              title="Download CSV of all calls in the range"
              path={orgPath(org, 'calls.csv')}
              query={callsQuery()}
            />
            <span class="faint">
              {counted(data.calls.length, 'call')} on this page
              <span class="print-only">{pageText(cursor !== '', next !== null)}</span>
            </span>
          </div>
        </section>
      )}
      {param('call') !== '' && <CallDetails key={param('call')} org={org} id={param('call')} zone={zone} />}
    </>
  );
}

/** The calls on screen: of the range, the product and the filters. */
function callsQuery(): Query {
  const range = rangeAt(Date.now());
  return [
    ['from', new Date(range.from).toISOString()],
    // A range that ends now has no end here, so that it includes the newest calls by the API's clock.
    ...(rangeName() === 'custom' ? [['to', new Date(range.to).toISOString()] as const] : []),
    ...(param('product') === '' ? [] : [['product', param('product')] as const]),
    ...filterParams(),
  ];
}

/** On paper, where nothing leads to the other pages of the log. */
function pageText(hasNewer: boolean, hasOlder: boolean): string {
  if (!hasNewer && !hasOlder) return ', all calls of the range';
  const others = [hasNewer && 'newer', hasOlder && 'older'].filter((each) => each !== false);
  return `; the range has ${others.join(' and ')} calls too`;
}
