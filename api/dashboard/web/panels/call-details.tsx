import { printableLine } from '../../../../platform/printable-text.ts';
import { useEffect, useRef } from 'preact/hooks';
import type { OneCall } from '../answers.ts';
import { counted, fullTime, number } from '../formats.ts';
import { ProblemNotice } from '../components/states.tsx';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { setParams } from '../state/address.ts';

interface CallDetailsProps {
  readonly org: string;
  readonly id: string;
  readonly zone: string;
}

/** All fields of one call, and the Kafka record that holds it. */
export function CallDetails({ org, id, zone }: CallDetailsProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { data, error } = useLive<OneCall>(
    `call ${org} ${id}`,
    (signal) => fetchJson(orgPath(org, `calls/${encodeURIComponent(id)}`), { signal }),
    null,
  );
  return (
    <dialog ref={dialog} class="card" aria-labelledby="call-title" onClose={() => setParams({ call: null })}>
      <header class="card-head">
        <h2 id="call-title">Call details</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {error && <ProblemNotice error={error} />}
      {data && (
        <dl class="facts-list">
          {factsOf(data, zone).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{printableLine(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </dialog>
  );
}

function factsOf(call: OneCall, zone: string): readonly (readonly [string, string])[] {
  const facts: readonly (readonly [string, string])[] = [
    ['Time', fullTime(call.occurred_at, zone)],
    ['User', call.user_id],
    ['App', call.app_id],
    ['Call', `${call.method} ${call.endpoint}`],
    ['Product', call.product],
    ['Module', call.module],
    ['Status', String(call.status)],
    ['Rejection cause', call.rejection_cause],
    [
      'Cost',
      `${counted(call.credits, 'credit')} by the rule ${call.rule}, for ${counted(call.units, 'unit')}`,
    ],
    ['Source address', call.source_address],
    ['Duration', call.duration_ms === null ? '' : `${number(call.duration_ms)} ms`],
    ['Event ID', call.event_id],
    [
      'Recorded',
      `${fullTime(call.record.appended_at, zone)}, partition ${call.record.partition}, offset ${call.record.offset}`,
    ],
  ];
  return facts.filter(([, value]) => value !== '');
}
