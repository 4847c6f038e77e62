import type { Calls } from '../answers.ts';
import { counted } from '../formats.ts';
import { CallDetails } from '../panels/call-details.tsx';
import { CallsTable } from '../panels/calls-table.tsx';
import { ConflictsPanel } from '../panels/conflicts.tsx';
import { Loading, Refused } from '../parts/states.tsx';
import { Toolbar } from '../parts/toolbar.tsx';
import { ask, orgPath } from '../state/client.ts';
import { filterParams } from '../state/filters.ts';
import { useLive } from '../state/live.ts';
import { param, place, show } from '../state/place.ts';
import { rangeAt, rangeName } from '../state/range.ts';
import { may } from '../state/rights.ts';
import type { ScreenProps } from './screens.ts';

const PAGE = 50;

/** Every call of the range, newest first, page by page. */
export function CallsScreen({ org, facts: { zone: ownZone, products } }: ScreenProps) {
  const zone = param('zone') || ownZone;
  // Those of the pages on the way here: the last one is this page's, and the one before it leads back.
  const trail = place.value.params.getAll('cursor');
  const cursor = trail.at(-1) ?? '';
  const params = new URLSearchParams(place.value.params);
  params.delete('call');
  const live = useLive<Calls>(
    `calls ${org} ${params.toString()}`,
    (signal) => {
      const range = rangeAt(Date.now());
      return ask(orgPath(org, 'calls'), {
        query: [
          ['from', new Date(range.from).toISOString()],
          // The newest there is, by the API's clock, where the range ends now.
          ...(rangeName() === 'custom' ? [['to', new Date(range.to).toISOString()] as const] : []),
          ...(param('product') === '' ? [] : [['product', param('product')] as const]),
          ...filterParams(),
          ['limit', String(PAGE)],
          ...(cursor === '' ? [] : [['cursor', cursor] as const]),
        ],
        signal,
      });
    },
    null,
  );
  const { data, error } = live;
  const next = data?.next_cursor ?? null;
  return (
    <>
      <h1 class="sr-only">Call log</h1>
      <Toolbar ownZone={ownZone} zone={zone} />
      {error?.isLasting === true && <Refused error={error} onRetry={live.refresh} />}
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
              onClick={() => show({ cursor: trail.slice(0, -1) })}
            >
              Newer
            </button>
            <button
              type="button"
              disabled={next === null}
              onClick={() => next !== null && show({ cursor: [...trail, next] })}
            >
              Older
            </button>
            <button
              type="button"
              class="link"
              onClick={() => (cursor === '' ? live.refresh() : show({ cursor: null }))}
            >
              {cursor === '' ? 'Read again' : 'To the newest'}
            </button>
            <span class="faint">{counted(data.calls.length, 'call')} on this page</span>
          </div>
        </section>
      )}
      {param('call') !== '' && <CallDetails key={param('call')} org={org} id={param('call')} zone={zone} />}
    </>
  );
}
