import type { Conflicts } from '../answers.ts';
import { dayTime, number } from '../formats.ts';
import { Table } from '../parts/table.tsx';
import { Refused } from '../parts/states.tsx';
import { ask, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { param, show } from '../state/place.ts';
import { rangeAt, rangeName } from '../state/range.ts';

const COLUMNS = [
  { title: 'Time' },
  { title: 'User', isText: true },
  { title: 'Endpoint', isText: true, isWideOnly: true },
  { title: 'Versions' },
  { title: 'Credits counted' },
];

/** Event ids under which different contents were published: the first in the log counts. Nothing where there are none. */
export function ConflictsPanel({ org, zone }: { readonly org: string; readonly zone: string }) {
  const { data, error, refresh } = useLive<Conflicts>(
    `conflicts ${org} ${rangeName()} ${param('from')} ${param('to')}`,
    (signal) => {
      const { from, to } = rangeAt(Date.now());
      const query = [
        ['from', new Date(from).toISOString()],
        ['to', new Date(to).toISOString()],
      ] as const;
      return ask(orgPath(org, 'conflicts'), { query, signal });
    },
    null,
  );
  if (error?.isLasting === true) return <Refused error={error} onRetry={refresh} />;
  if (data === undefined || data.total === 0) return null;
  const { total, conflicts } = data;
  return (
    <details class="card conflicts">
      <summary>
        {total === 1 ? 'One call was' : `${number(total)} calls were`} published more than once, with
        different contents: the first counts
      </summary>
      <Table label="Calls with different contents" columns={COLUMNS}>
        <tbody>
          {conflicts.map((conflict) => (
            <tr key={conflict.event_id}>
              <th scope="row">
                <button type="button" class="link" onClick={() => show({ call: conflict.event_id })}>
                  {dayTime(conflict.occurred_at, zone)}
                </button>
              </th>
              <td class="text">{conflict.user_id}</td>
              <td class="text wide-only">{conflict.endpoint}</td>
              <td>{number(conflict.payloads)}</td>
              <td>{number(conflict.credits)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {total > conflicts.length && <p class="faint">The newest {number(conflicts.length)}.</p>}
    </details>
  );
}
