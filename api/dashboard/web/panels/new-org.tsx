import { useState } from 'preact/hooks';
import { BILLING_DAYS, BillingDayField } from '../components/billing-day-field.tsx';
import { ChangeProblem } from '../components/change-problem.tsx';
import { FieldProblem } from '../components/field-problem.tsx';
import { ReasonField } from '../components/reason-field.tsx';
import { TimeZoneField } from '../components/time-zone-field.tsx';
import { goTo, hrefOf } from '../state/address.ts';
import { onSubmit, useChange } from '../state/change.ts';
import { parseWholeNumber } from '../whole-number.ts';

/** Creates an organisation, and opens its settings: there a subscription begins. */
export function NewOrg() {
  const [id, setId] = useState('');
  const [zone, setZone] = useState('UTC');
  const [dayText, setDayText] = useState('1');
  const [reason, setReason] = useState('');
  const day = parseWholeNumber(dayText, BILLING_DAYS);
  const change = useChange({
    method: 'POST',
    path: '/v1/orgs',
    body: {
      org_id: id,
      time_zone: zone,
      ...(day.kind === 'number' && { billing_day: day.value }),
      ...(reason !== '' && { reason }),
    },
    fields: ['org_id', 'time_zone', 'billing_day'],
    done: `${id} is created. Begin a subscription, so that it has credits.`,
    onSaved: () => goTo(hrefOf('/settings', { org: id, search: null, cursor: null })),
  });
  const isReady = id !== '' && day.kind === 'number' && !change.isSaving;
  return (
    <details>
      <summary>Create an organisation</summary>
      <form class="settings-form" onSubmit={onSubmit(change, isReady)}>
        <label>
          Organisation ID
          <input
            value={id}
            maxLength={128}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget: { value } }) => setId(value.trim())}
          />
          <FieldProblem name="Organisation ID" problem={change.problemOf('org_id')} />
        </label>
        <TimeZoneField
          value={zone}
          present="UTC"
          problem={change.problemOf('time_zone')}
          onChange={setZone}
        />
        <BillingDayField text={dayText} problem={change.problemOf('billing_day')} onInput={setDayText} />
        <ReasonField reason={reason} onInput={setReason} />
        <p class="worst">
          The ID never changes. Events name the organisation by it, so it must be the one that API servers
          publish. Days begin at midnight in the time zone.
        </p>
        <button type="submit" class="primary" disabled={!isReady}>
          {change.isSaving ? 'Creating …' : 'Create the organisation'}
        </button>
        <ChangeProblem change={change} />
      </form>
    </details>
  );
}
