import { printableLine } from '../../../../platform/printable-text.ts';
import type { Change, History } from '../answers.ts';
import { dateTime, dayTime } from '../formats.ts';
import { CursorPager } from '../components/cursor-pager.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { RejectionNote } from '../components/rejection-note.tsx';
import { Table } from '../components/table.tsx';
import { address } from '../state/address.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import { useCurrency } from '../state/currency.ts';
import { useLive } from '../state/live.ts';
import { changeText } from './change-text.ts';

const PAGE = '20';
const COLUMNS = [
  { title: 'Recorded' },
  { title: 'Change', isText: true },
  { title: 'By', isText: true },
  { title: 'In effect', isText: true, isWideOnly: true },
  { title: 'Reason', isText: true, isWideOnly: true },
];

/** Every change of the settings, rejected ones too: who, when, why. */
export function SettingsHistory({ org, zone }: { readonly org: string; readonly zone: string }) {
  const currency = useCurrency();
  const trail = address.value.params.getAll('cursor');
  const cursor = trail.at(-1) ?? '';
  const { data, error, isPending, refresh } = useLive<History>(
    `settings history ${org} ${cursor}`,
    (signal) =>
      fetchJson(orgPath(org, 'settings/history'), {
        query: [['limit', PAGE], ...(cursor === '' ? [] : [['cursor', cursor] as const])],
        signal,
      }),
    null,
  );
  return (
    <section
      class={isPending ? 'card section is-pending' : 'card section'}
      aria-labelledby="settings-history-title"
    >
      <header class="card-head">
        <h2 id="settings-history-title">Changes</h2>
      </header>
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data?.changes.length === 0 && <p class="empty">Nothing has been changed yet.</p>}
      {data && data.changes.length > 0 && (
        <Table label="Changes of the settings" kind="history" columns={COLUMNS}>
          <tbody>
            {data.changes.map((change) => (
              <Row key={change.change_id} change={change} zone={zone} currency={currency} />
            ))}
          </tbody>
        </Table>
      )}
      {data && <CursorPager trail={trail} next={data.next_cursor} />}
    </section>
  );
}

interface RowProps {
  readonly change: Change;
  readonly zone: string;
  /** Of amounts. */
  readonly currency: string;
}

function Row({ change, zone, currency }: RowProps) {
  const { recorded_at, effective_at, recorded_by, reason } = change;
  return (
    <tr>
      <th scope="row">
        <span class="wide-only">{dateTime(recorded_at, zone)}</span>
        <span class="phone-only">{dayTime(recorded_at, zone)}</span>
      </th>
      <td class="text wrap">
        {changeText(change, currency)}
        <RejectionNote problems={change.refused} />
      </td>
      <td class="text by">{printableLine(recorded_by)}</td>
      <td class="text wide-only">
        {effective_at === recorded_at ? 'at once' : `from ${dateTime(effective_at, zone)}`}
      </td>
      <td class="text wide-only wrap">{printableLine(reason)}</td>
    </tr>
  );
}
