import { printableLine } from '../../../../platform/printable-text.ts';
import type { Conflicts } from '../answers.ts';
import { dayTime, number } from '../formats.ts';
import { Table } from '../components/table.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { param, setParams } from '../state/address.ts';
import { rangeAt, rangeName } from '../state/time-range.ts';

const COLUMNS = [
  { title: 'Time' },
  { title: 'User', isText: true },
  { title: 'Endpoint', isText: true, isWideOnly: true },
  { title: 'Versions' },
  { title: 'Credits counted' },
];

/** Calls published more than once with different contents: the first in the log counts. Renders nothing without any. */
export function ConflictsPanel({ org, zone }: { readonly org: string; readonly zone: string }) {
  const { data, error, refresh } = useLive<Conflicts>(
    `conflicts ${org} ${rangeName()} ${param('from')} ${param('to')}`,
    (signal) => {
      const { from, to } = rangeAt(Date.now());
      const query = [
        ['from', new Date(from).toISOString()],
        ['to', new Date(to).toISOString()],
      ] as const;
      return fetchJson(orgPath(org, 'conflicts'), { query, signal });
    },
    null,
  );
  if (error?.isPermanent === true) return <ProblemNotice error={error} onRetry={refresh} />;
  if (data === undefined || data.total === 0) return null;
  const { total, conflicts } = data;
  return (
    <details class="card conflicts">
      <summary>
        {total === 1 ? 'One call was' : `${number(total)} calls were`} published more than once, with
        different contents. The first version counts
      </summary>
      <Table label="Calls with different contents" columns={COLUMNS}>
        <tbody>
          {conflicts.map((conflict) => (
            <tr key={conflict.event_id}>
              <th scope="row">
                <button type="button" class="link" onClick={() => setParams({ call: conflict.event_id })}>
                  {dayTime(conflict.occurred_at, zone)}
                </button>
              </th>
              <td class="text">{conflict.user_id}</td>
              <td class="text wide-only">{printableLine(conflict.endpoint)}</td>
              <td>{number(conflict.payloads)}</td>
              <td>{number(conflict.credits)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {total > conflicts.length && <p class="faint">Showing the newest {number(conflicts.length)}.</p>}
    </details>
  );
}
