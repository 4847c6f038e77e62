import type { Settings } from '../answers.ts';
import { date, dates, dayTime, number } from '../formats.ts';
import { may } from '../state/permissions.ts';
import { OrgSettingsForm } from './org-settings-form.tsx';
import { changeText } from './change-text.ts';

interface OrgSettingsProps {
  readonly org: string;
  readonly settings: Settings;
  readonly onChanged: () => void;
}

/** The time zone and the billing day: they decide when days and billing periods begin. */
export function OrgSettings({ org, settings, onChanged }: OrgSettingsProps) {
  const { time_zone, billing_day, today, period, later } = settings;
  return (
    <section class="card" aria-labelledby="org-settings-title">
      <header class="card-head">
        <h2 id="org-settings-title">Days and billing periods</h2>
      </header>
      <dl class="facts">
        <div>
          <dt>Time zone</dt>
          <dd data-figure="time_zone">{time_zone}</dd>
        </div>
        <div>
          <dt>Billing day of the month</dt>
          <dd data-figure="billing_day">{number(billing_day)}</dd>
        </div>
        <div>
          <dt>This billing period</dt>
          <dd>{dates(period.from, period.to)}</dd>
        </div>
        <div>
          <dt>Next billing date</dt>
          <dd>{date(period.to)}</dd>
        </div>
      </dl>
      <p class="faint gauge-foot">
        Today, {date(today.day)}, is from {dayTime(today.from, time_zone)} to {dayTime(today.to, time_zone)}.
        {billing_day > 28 && ' In shorter months the billing day is the last day.'}
      </p>
      {later.map((change) => (
        <p key={change.change_id} class="notice section">
          From {dayTime(change.effective_at, time_zone)}: {changeText(change)}, recorded by{' '}
          {change.recorded_by}.
        </p>
      ))}
      {may('change-settings') ? (
        <OrgSettingsForm
          key={`${time_zone} ${billing_day}`}
          org={org}
          settings={settings}
          onChanged={onChanged}
        />
      ) : (
        <p class="faint gauge-foot">Only the operator of the platform can change these.</p>
      )}
    </section>
  );
}
