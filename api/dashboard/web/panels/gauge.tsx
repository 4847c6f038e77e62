import type { Credits } from '../answers.ts';
import { lag, number, percent, timeToSecond } from '../formats.ts';
import { DownloadButton } from '../components/download-button.tsx';
import { orgPath } from '../state/client.ts';
import { may } from '../state/permissions.ts';
import type { Threshold } from './thresholds.ts';
import { TodaysCharge } from './todays-charge.tsx';

/** From this lag on, the gauge warns that its figures are behind. */
const LATE_SECONDS = 30;
const NEAR_LIMIT = 0.8;

type Level = 'good' | 'near' | 'additional' | 'full';

/** The level in words, besides its colour. */
const WORDS: Readonly<Record<Level, string>> = {
  good: 'Within the included credits',
  near: 'Nearing the limit',
  additional: 'Using additional credits',
  full: 'Limit reached',
};

function levelOf({ used, included, total }: Credits): Level {
  if (used >= total) return 'full';
  if (used >= total * NEAR_LIMIT) return 'near';
  return used > included ? 'additional' : 'good';
}

interface CurrentUsageProps {
  readonly org: string;
  readonly credits: Credits;
  /** Of the alerts, as marks on the bar. */
  readonly thresholds: readonly Threshold[];
  readonly zone: string;
}

/** The gauge: current usage over the rolling 24 hours, and how much is left. */
export function CurrentUsage({ org, credits, thresholds, zone }: CurrentUsageProps) {
  const { used, total, included, unused, additional_limit, additional_used, over_limit, formula } = credits;

  const level = levelOf(credits);
  const share = (part: number): string => `${total === 0 ? 0 : Math.min(100, (part / total) * 100)}%`;
  const isLate = credits.lag_seconds > LATE_SECONDS;
  return (
    <section class={`card gauge is-${level}`} aria-labelledby="gauge-title">
      <header class="card-head">
        <h2 id="gauge-title">Credits in the last 24 hours</h2>
        <span class={`pill is-${level}`}>{WORDS[level]}</span>
      </header>
      <p class="gauge-figure">
        <b data-figure="unused">{number(unused)}</b> <span>left of {number(total)}</span>
      </p>
      <div
        class="gauge-bar"
        role="meter"
        aria-label="Credits used"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={Math.min(used, total)}
        aria-valuetext={`${number(used)} of ${number(total)} used, ${number(unused)} left`}
      >
        {used > 0 && <div class="gauge-fill" style={{ width: share(used) }} />}
        {additional_limit > 0 && included > 0 && <div class="gauge-mark" style={{ left: share(included) }} />}
        {thresholds.map((threshold) => (
          <div
            key={threshold.credits}
            class="gauge-threshold"
            title={threshold.title}
            style={{ left: share(threshold.credits) }}
          />
        ))}
      </div>
      <div class="gauge-scale" aria-hidden="true">
        <span style={{ width: share(included) }}>included {number(included)}</span>
        {additional_limit > 0 && <span class="gauge-scale-end">additional {number(additional_limit)}</span>}
      </div>
      {thresholds.length > 0 && (
        <p class="gauge-alerts">
          <i aria-hidden="true" /> Alerts at{' '}
          {thresholds
            .map((threshold) => threshold.credits)
            .toSorted((a, b) => a - b)
            .map(number)
            .join(' · ')}{' '}
          credits
        </p>
      )}
      <dl class="facts">
        <Fact name="Used" value={used} figure="used" note={percent(used, total)} />
        <Fact name="Total" value={total} figure="total" />
        <Fact name="Additional used" value={additional_used} figure="additional_used" />
        <Fact name="Over limit" value={over_limit} figure="over_limit" />
      </dl>
      {used > included && <TodaysCharge today={credits.billable_today} currentLimit={additional_limit} />}
      <p class="faint gauge-foot">
        {credits.edition} edition, {formulaText(formula)} ·{' '}
        <span class={isLate ? 'warn' : undefined}>
          as of <time dateTime={credits.as_of}>{timeToSecond(credits.as_of, zone)}</time>,{' '}
          {isLate ? `${lag(credits.lag_seconds)} behind` : 'up to date'}
        </span>
      </p>
      {may('read-credit-users') && used > 0 && (
        <div class="downloads">
          <DownloadButton
            isLink
            label="Download users as CSV"
            path={orgPath(org, 'credits/users.csv')}
            query={[
              ['product', credits.product],
              ['at', credits.as_of],
            ]}
          />
        </div>
      )}
    </section>
  );
}

function formulaText({ base, per_user, users, maximum }: Credits['formula']): string {
  if (per_user === 0) return `${number(base)} included`;
  const sum = `${number(base)} + ${number(per_user)} × ${number(users)} users`;
  return maximum === null ? sum : `${sum}, at most ${number(maximum)}`;
}

interface FactProps {
  readonly name: string;
  readonly value: number;
  readonly figure: string;
  readonly note?: string | undefined;
}

function Fact({ name, value, figure, note }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span data-figure={figure}>{number(value)}</span>
        {note !== undefined && <small> {note}</small>}
      </dd>
    </div>
  );
}
