import type { Days, Explanation } from '../answers.ts';
import { dayTime, money, number, time } from '../formats.ts';
import { Link } from '../parts/link.tsx';
import { Path } from '../parts/path.tsx';
import { Loading, Refused } from '../parts/states.tsx';
import { ask, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { hrefOf } from '../state/place.ts';
import { may } from '../state/rights.ts';
import { Slabs } from './slabs.tsx';

interface DayDetailsProps {
  readonly org: string;
  readonly product: string;
  readonly day: Days['days'][number];
  readonly currency: string;
  readonly zone: string;
}

const BY: Readonly<Record<string, string>> = {
  user: 'Users',
  app: 'Apps',
  endpoint: 'Endpoints',
  rule: 'Cost rules',
};

/** How a day's charge came about, down to its calls. */
export function DayDetails({ org, product, day, currency, zone }: DayDetailsProps) {
  const { data, error, refresh } = useLive<Explanation>(
    `explanation ${org} ${product} ${day.day} ${day.revision} ${day.used}`,
    (signal) =>
      ask(orgPath(org, `billing/days/${day.day}/explanation`), { query: [['product', product]], signal }),
    null,
  );
  const beyond = number(day.additional_used);
  return (
    <div class="day-details">
      <div>
        <h3>The charge</h3>
        <p>
          {number(day.used)} used − {number(day.included)} included = <b>{beyond} additional</b>
          {day.over_limit > 0 &&
            `, of which ${number(day.over_limit)} beyond the limit of ${number(day.additional_limit)} are not billed`}
          .
        </p>
        <Slabs slabs={day.slabs} currency={currency} amount={day.amount} />
        {may('read-calls') && (
          <p>
            <Link href={hrefOf('/calls', { product, range: 'custom', from: day.from, to: day.to })}>
              See the calls of this day
            </Link>
          </p>
        )}
      </div>
      {!data && !error && <Loading height={150} />}
      {error && <Refused error={error} onRetry={refresh} />}
      {data && (
        <>
          <div>
            <h3>Terms of the day</h3>
            {data.terms.map((term) => (
              <p key={term.from}>
                {dayTime(term.from, zone)} – {time(term.to, zone)}: {term.edition}, {number(term.included)}{' '}
                included, limit {number(term.additional_limit)}
                {(term.decides_included || term.decides_additional_limit) && data.terms.length > 1 && (
                  <span class="faint"> (decides the day)</span>
                )}
              </p>
            ))}
            <h3>Revisions</h3>
            {data.revisions.length === 0 && <p class="faint">None: the day is open, or had no use.</p>}
            {data.revisions.map((revision) => (
              <p key={revision.revision}>
                {revision.revision}: closed {dayTime(revision.closed_at, zone)},{' '}
                {number(revision.billed_credits)} billed, {money(revision.amount, currency)}
              </p>
            ))}
            {data.pending && (
              <p class="warn">
                Calls have come since: the next revision adds {money(data.pending.delta_amount, currency)}.
              </p>
            )}
          </div>
          {data.breakdowns
            .filter(({ by }) => by in BY)
            .map(({ by, top, other }) => (
              <div key={by}>
                <h3>{BY[by]}</h3>
                <ol class="top-list">
                  {top.slice(0, 5).map(({ value, credits }) => (
                    <li key={value}>
                      <span title={value}>
                        {value === '' ? '(none)' : by === 'endpoint' ? <Path text={value} /> : value}
                      </span>{' '}
                      <b>{number(credits)}</b>
                    </li>
                  ))}
                  {other.credits + top.slice(5).reduce((sum, { credits }) => sum + credits, 0) > 0 && (
                    <li class="faint">
                      <span>others</span>{' '}
                      <b>
                        {number(other.credits + top.slice(5).reduce((sum, { credits }) => sum + credits, 0))}
                      </b>
                    </li>
                  )}
                </ol>
              </div>
            ))}
        </>
      )}
    </div>
  );
}
