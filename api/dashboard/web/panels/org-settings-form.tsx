import { useState } from 'preact/hooks';
import type { Settings, SettingsPreview } from '../answers.ts';
import { FieldProblem } from '../components/field-problem.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { WholeNumberField } from '../components/whole-number-field.tsx';
import { number } from '../formats.ts';
import { useChange } from '../state/change.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { afterTyping } from '../state/typing.ts';
import { allZones } from '../state/zone.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { ConfirmChange } from './confirm-change.tsx';
import { billingDayText, worstCaseText, zoneText } from './settings-consequences.ts';
import { ChangeProblem } from '../components/change-problem.tsx';

interface OrgSettingsFormProps {
  readonly org: string;
  readonly settings: Settings;
  readonly onChanged: () => void;
}

const DAYS = { min: 1, max: 31 };

/** Changes the time zone and the billing day. It says what that does before it is saved. */
export function OrgSettingsForm({ org, settings, onChanged }: OrgSettingsFormProps) {
  const [zone, setZone] = useState(settings.time_zone);
  const [dayText, setDayText] = useState(number(settings.billing_day));
  const [reason, setReason] = useState('');
  const [isConfirming, setIsConfirming] = useState(false);
  const entered = parseWholeNumber(dayText, DAYS);
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
  const change = useChange({
    method: 'PATCH',
    path: orgPath(org, 'settings'),
    body: { ...changes, ...(reason !== '' && { reason }) },
    fields: ['time_zone', 'billing_day'],
  });
  const isPreviewed = preview.data !== undefined && !preview.isPending;
  const save = async (): Promise<void> => {
    const isDone = await change.save();
    setIsConfirming(false);
    if (isDone) onChanged();
  };
  const edit = (update: () => void): void => {
    setIsConfirming(false);
    update();
  };
  return (
    <form
      class="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPreviewed || change.isSaving) return;
        if (!isConfirming) return setIsConfirming(true);
        void save();
      }}
    >
      <label>
        Time zone
        <select value={zone} onChange={({ currentTarget: { value } }) => edit(() => setZone(value))}>
          {[...new Set([settings.time_zone, 'UTC', ...allZones])].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <FieldProblem name="Time zone" problem={change.problemOf('time_zone')} />
      </label>
      <div>
        <WholeNumberField
          label="Billing day of the month"
          text={dayText}
          bounds={DAYS}
          onInput={(text) => edit(() => setDayText(text))}
        />
        <FieldProblem name="Billing day" problem={change.problemOf('billing_day')} />
      </div>
      <label class="grow">
        Reason (optional)
        <input
          value={reason}
          maxLength={500}
          onInput={({ currentTarget: { value } }) => edit(() => setReason(value))}
        />
      </label>
      {isChanged && <Consequences preview={preview} changes={changes} settings={settings} />}
      {!isConfirming && (
        <button type="submit" class="primary" disabled={!isPreviewed || change.isSaving}>
          Change …
        </button>
      )}
      {isConfirming && (
        <ConfirmChange
          label="Confirm the new settings"
          question="The change takes effect as described above. It cannot be undone for days that have passed. Make it?"
          action={change.isSaving ? 'Saving …' : 'Make the change'}
          isSaving={change.isSaving}
          onCancel={() => setIsConfirming(false)}
        />
      )}
      <ChangeProblem change={change} />
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
