import { useState } from 'preact/hooks';
import type { Settings, SettingsPreview } from '../answers.ts';
import { BILLING_DAYS, BillingDayField } from '../components/billing-day-field.tsx';
import { ConfirmedSubmit } from '../components/confirmed-submit.tsx';
import { ReasonField } from '../components/reason-field.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { TimeZoneField } from '../components/time-zone-field.tsx';
import { number } from '../formats.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { afterTyping } from '../state/typing.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { billingDayText, worstCaseText, zoneText } from './settings-consequences.ts';

interface OrgSettingsFormProps {
  readonly org: string;
  readonly settings: Settings;
  readonly onChanged: () => void;
}

/** Changes the time zone and the billing day. It says what that does before it is saved. */
export function OrgSettingsForm({ org, settings, onChanged }: OrgSettingsFormProps) {
  const [zone, setZone] = useState(settings.time_zone);
  const [dayText, setDayText] = useState(number(settings.billing_day));
  const [reason, setReason] = useState('');
  const entered = parseWholeNumber(dayText, BILLING_DAYS);
  const day = entered.kind === 'number' ? entered.value : undefined;
  const changes = {
    ...(zone !== settings.time_zone && { time_zone: zone }),
    ...(day !== undefined && day !== settings.billing_day && { billing_day: day }),
  };
  const isChanged = Object.keys(changes).length > 0;
  const key = JSON.stringify(changes);
  const preview = useLive<SettingsPreview | undefined>(
    `settings preview ${org} ${key}`,
    async (signal) => {
      if (!isChanged) return undefined;
      await afterTyping();
      const query = Object.entries(changes).map(([name, value]) => [name, String(value)] as const);
      return fetchJson(orgPath(org, 'settings/preview'), { query, signal });
    },
    null,
  );
  const isReady = preview.data !== undefined && !preview.isPending;
  const change = useConfirmedChange(
    {
      method: 'PATCH',
      path: orgPath(org, 'settings'),
      body: { ...changes, ...(reason !== '' && { reason }) },
      fields: ['time_zone', 'billing_day'],
      done: 'The settings are changed.',
      onSaved: onChanged,
    },
    { isReady },
  );
  return (
    <form class="settings-form" onSubmit={change.submit}>
      <TimeZoneField
        value={zone}
        present={settings.time_zone}
        problem={change.problemOf('time_zone')}
        onChange={setZone}
      />
      <BillingDayField text={dayText} problem={change.problemOf('billing_day')} onInput={setDayText} />
      <ReasonField reason={reason} onInput={setReason} />
      {isChanged && <Consequences preview={preview} changes={changes} settings={settings} />}
      <ConfirmedSubmit
        change={change}
        isReady={isReady}
        label="Confirm the new settings"
        question="The change takes effect as described above. It cannot be undone for days that have passed. Make it?"
        action="Make the change"
      />
    </form>
  );
}

interface ConsequencesProps {
  readonly preview: ReturnType<typeof useLive<SettingsPreview | undefined>>;
  readonly changes: { readonly time_zone?: string; readonly billing_day?: number };
  readonly settings: Settings;
}

function Consequences({
  preview: { data, error, isPending, refresh },
  changes,
  settings,
}: ConsequencesProps) {
  if (error) return <ProblemNotice error={error} onRetry={refresh} />;
  if (data === undefined) return <p class="faint">Working out what this changes …</p>;
  return (
    <div class={isPending ? 'worst is-pending' : 'worst'} aria-live="polite">
      {changes.time_zone !== undefined && (
        <p data-figure="preview-zone">{zoneText(data, settings.time_zone, changes.time_zone)}</p>
      )}
      {changes.billing_day !== undefined && (
        <p data-figure="preview-billing-day">{billingDayText(data, changes.billing_day)}</p>
      )}
      {data.as_it_would_be.next_period_worst_cases.map(({ product, worst_case }) => (
        <p key={product}>{worstCaseText(product, worst_case)}</p>
      ))}
    </div>
  );
}
