import { printableLine } from '../../../../platform/printable-text.ts';
import type { Change, History } from '../answers.ts';
import { CursorPager } from '../components/cursor-pager.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { RejectionNote } from '../components/rejection-note.tsx';
import { Table } from '../components/table.tsx';
import { dateTime } from '../formats.ts';
import { address } from '../state/address.ts';
import { fetchJson } from '../state/client.ts';
import { useLive } from '../state/live.ts';

const PAGE = '20';
const COLUMNS = [
  { title: 'Recorded, UTC' },
  { title: 'Change', isText: true },
  { title: 'By', isText: true },
  { title: 'In effect', isText: true, isWideOnly: true },
  { title: 'Reason', isText: true, isWideOnly: true },
];
const NAMES: Readonly<Record<string, string>> = {
  prices: 'Price book',
  editions: 'Editions',
  costs: 'Costs of calls',
};

/** Every change of the catalogues, rejected ones too: who, when, why. */
export function CatalogueHistory() {
  const trail = address.value.params.getAll('cursor');
  const cursor = trail.at(-1) ?? '';
  const { data, error, refresh } = useLive<History>(
    `catalogue history ${cursor}`,
    (signal) =>
      fetchJson('/v1/catalogues/history', {
        query: [['limit', PAGE], ...(cursor === '' ? [] : [['cursor', cursor] as const])],
        signal,
      }),
    null,
  );
  return (
    <section class="card section" aria-labelledby="catalogue-history-title">
      <header class="card-head">
        <h2 id="catalogue-history-title">Changes</h2>
      </header>
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data?.changes.length === 0 && (
        <p class="empty">Nothing has been changed: these are the catalogues of the release.</p>
      )}
      {data && data.changes.length > 0 && (
        <Table label="Changes of the catalogues" kind="history" columns={COLUMNS}>
          <tbody>
            {data.changes.map((change) => (
              <tr key={change.change_id}>
                <th scope="row">{dateTime(change.recorded_at, 'UTC')}</th>
                <td class="text wrap">
                  {nameOf(change)}
                  <RejectionNote problems={change.refused} />
                </td>
                <td class="text by">{printableLine(change.recorded_by)}</td>
                <td class="text wide-only">
                  {change.effective_at === change.recorded_at
                    ? 'at once'
                    : `from ${dateTime(change.effective_at, 'UTC')}`}
                </td>
                <td class="text wide-only wrap">{printableLine(change.reason)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {data && <CursorPager trail={trail} next={data.next_cursor} />}
    </section>
  );
}

/** "Price book 2027-01", "Editions" */
function nameOf({ kind, value }: Change): string {
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : '';
  return `${NAMES[kind] ?? kind} ${typeof name === 'string' ? printableLine(name) : ''}`.trim();
}
