import type { DeadLetters } from '../answers.ts';
import { CursorPager } from '../components/cursor-pager.tsx';
import { DownloadButton } from '../components/download-button.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { DeadLetterCheckPanel } from '../panels/dead-letter-check.tsx';
import { DeadLetterDetails } from '../panels/dead-letter-details.tsx';
import { DeadLetterFilters } from '../panels/dead-letter-filters.tsx';
import { DeadLettersTable } from '../panels/dead-letters-table.tsx';
import { address, param } from '../state/address.ts';
import { fetchJson } from '../state/client.ts';
import { deadLetterQuery } from '../state/dead-letter-filters.ts';
import { useLive } from '../state/live.ts';
import { mayGlobally } from '../state/permissions.ts';

const PAGE = '50';

/** The records that do not count: why, what is in them, and replaying those that would count now. */
export function DeadLettersScreen() {
  const trail = address.value.params.getAll('cursor');
  const cursor = trail.at(-1) ?? '';
  const query = deadLetterQuery();
  const { data, error, isPending, refresh } = useLive<DeadLetters>(
    `dead letters ${JSON.stringify([query, cursor])}`,
    (signal) =>
      fetchJson('/v1/dead-letters', {
        query: [...query, ['limit', PAGE], ...(cursor === '' ? [] : [['cursor', cursor] as const])],
        signal,
      }),
    null,
  );
  return (
    <>
      <h1 class="sr-only">Dead letters</h1>
      <DeadLetterFilters key={JSON.stringify(query)} />
      {mayGlobally('replay-dead-letters') && (
        <DeadLetterCheckPanel key={`check ${JSON.stringify(query)}`} onReplayed={refresh} />
      )}
      <section
        class={isPending ? 'card section is-pending' : 'card section'}
        aria-labelledby="dead-letters-title"
        aria-busy={isPending}
      >
        <header class="card-head">
          <h2 id="dead-letters-title">Dead letters</h2>
          <span class="faint">records that do not count, the newest first</span>
          <div class="downloads">
            <button type="button" onClick={refresh}>
              Refresh
            </button>
            <DownloadButton
              label="Export"
              title="Export all matching dead letters with their bytes, one JSON object a line"
              path="/v1/dead-letters/export"
              query={query}
            />
          </div>
        </header>
        {error && <ProblemNotice error={error} onRetry={refresh} />}
        {data === undefined && !error && <Loading height={320} />}
        {data?.dead_letters.length === 0 && (
          <p class="empty">
            {query.length === 0
              ? 'There are no dead letters: every record counts.'
              : 'No dead letter matches.'}
          </p>
        )}
        {data && data.dead_letters.length > 0 && <DeadLettersTable deadLetters={data.dead_letters} />}
        {data && <CursorPager trail={trail} next={data.next_cursor} />}
      </section>
      {param('dead_letter') !== '' && (
        <DeadLetterDetails key={param('dead_letter')} id={param('dead_letter')} onReplayed={refresh} />
      )}
    </>
  );
}
