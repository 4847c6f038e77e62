import { printableLine } from '../../../../platform/printable-text.ts';
import type { Call } from '../answers.ts';
import { dayTime, fullTime, number } from '../formats.ts';
import { isPath, labelOf, toggleFilter, type Dimension } from '../state/filters.ts';
import { setParams } from '../state/address.ts';
import { Path } from '../components/path.tsx';
import { Table } from '../components/table.tsx';

const COLUMNS = [
  { title: 'Time' },
  { title: 'User', isText: true, isWideOnly: true },
  { title: 'App', isText: true, isWideOnly: true },
  { title: 'Call', isText: true },
  { title: 'Status', isText: true, isWideOnly: true },
  { title: 'Cost rule', isText: true, isWideOnly: true },
  { title: 'Credits' },
];

interface CallsTableProps {
  readonly calls: readonly Call[];
  /** Calls of any other product carry its name: they use no one's credits. */
  readonly subscribed: readonly string[];
  readonly zone: string;
}

/** The call log, with each call's cost and cost rule. A click on a value filters by it; a click on a time opens the call. */
export function CallsTable({ calls, subscribed, zone }: CallsTableProps) {
  return (
    <Table label="Calls, newest first" kind="calls" columns={COLUMNS}>
      <tbody>
        {calls.map((call) => (
          <tr key={call.event_id}>
            <th scope="row">
              <button
                type="button"
                class="link"
                title="View details"
                onClick={() => setParams({ call: call.event_id })}
              >
                <span class="wide-only">{fullTime(call.occurred_at, zone)}</span>
                <span class="phone-only">{dayTime(call.occurred_at, zone)}</span>
              </button>
            </th>
            <Value isWideOnly dimension="user" value={call.user_id} />
            <Value isWideOnly dimension="app" value={call.app_id} />
            <Value dimension="endpoint" value={call.endpoint} before={call.method} />
            <Value isWideOnly dimension="status" value={String(call.status)} />
            <Value isWideOnly dimension="rule" value={call.rule} />
            <td>
              {!subscribed.includes(call.product) && <span class="pill is-plain">{call.product}</span>}{' '}
              {number(call.credits)}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

interface ValueProps {
  readonly dimension: Dimension;
  readonly value: string;
  readonly before?: string;
  /** Hidden on a phone. */
  readonly isWideOnly?: boolean;
}

function Value({ dimension, value, before, isWideOnly = false }: ValueProps) {
  const name = labelOf(dimension, value);
  const button = (
    <button
      type="button"
      class="value"
      title={`Filter by ${name}`}
      onClick={() => toggleFilter(dimension, value)}
    >
      {isPath(dimension) ? <Path text={name} /> : name}
    </button>
  );
  if (before === undefined) return <td class={isWideOnly ? 'text wide-only' : 'text'}>{button}</td>;
  return (
    <td class="text call">
      <div>
        <span class="faint">{printableLine(before)}</span> {button}
      </div>
    </td>
  );
}
