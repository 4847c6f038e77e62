import type { Call } from '../answers.ts';
import { fullTime, number } from '../formats.ts';
import { labelOf, toggleFilter, type Dimension } from '../state/filters.ts';
import { show } from '../state/place.ts';

/** The call log: each call's cost and the rule behind it. A value filters by itself; a time opens its call. */
export function CallsTable({ calls, zone }: { readonly calls: readonly Call[]; readonly zone: string }) {
  return (
    <div class="scroll">
      <table class="rows calls">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">User</th>
            <th scope="col">App</th>
            <th scope="col">Call</th>
            <th scope="col">Status</th>
            <th scope="col">Cost rule</th>
            <th scope="col">Credits</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr key={call.event_id}>
              <th scope="row">
                <button type="button" class="link" onClick={() => show({ call: call.event_id })}>
                  {fullTime(call.occurred_at, zone)}
                </button>
              </th>
              <Value dimension="user" value={call.user_id} />
              <Value dimension="app" value={call.app_id} />
              <Value dimension="endpoint" value={call.endpoint} before={call.method} />
              <Value dimension="status" value={String(call.status)} />
              <Value dimension="rule" value={call.rule} />
              <td>{number(call.credits)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ValueProps {
  readonly dimension: Dimension;
  readonly value: string;
  readonly before?: string;
}

function Value({ dimension, value, before }: ValueProps) {
  const name = labelOf(dimension, value);
  return (
    <td class="text">
      {before !== undefined && <span class="faint">{before} </span>}
      <button
        type="button"
        class="value"
        title={`Filter by ${name}`}
        onClick={() => toggleFilter(dimension, value)}
      >
        {name}
      </button>
    </td>
  );
}
