import type { Day, Explanation } from '../answers.ts';
import { dayTime, money, number, time } from '../formats.ts';
import { Link } from '../components/link.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { hrefOf } from '../state/address.ts';
import { may } from '../state/permissions.ts';
import { adjustmentText, laterText, usageText } from './day-billing.ts';
import { DayBreakdowns } from './day-breakdowns.tsx';
import { Slabs } from './slabs.tsx';

interface DayDetailsProps {
  readonly org: string;
  readonly product: string;
  readonly day: Day;
  readonly currency: string;
  readonly zone: string;
}

/** Explains a day's charge, down to its calls. */
export function DayDetails({ org, product, day, currency, zone }: DayDetailsProps) {
  const { data, error, refresh } = useLive<Explanation>(
    `explanation ${org} ${product} ${day.day} ${day.revision} ${day.used}`,
    (signal) =>
      fetchJson(orgPath(org, `billing/days/${day.day}/explanation`), {
        query: [['product', product]],
        signal,
      }),
    null,
  );
  return (
    <div class="day-details">
      <div>
        <h3>Charge</h3>
        <Charge day={day} data={data} currency={currency} />
        {may('read-calls') && (
          <p>
            <Link href={hrefOf('/calls', { product, range: 'custom', from: day.from, to: day.to })}>
              View the calls of this day
            </Link>
          </p>
        )}
      </div>
      {!data && !error && <Loading height={150} />}
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data && (
        <>
          <div>
            <Terms terms={data.terms} zone={zone} />
            <Revisions data={data} currency={currency} zone={zone} />
          </div>
          <DayBreakdowns breakdowns={data.breakdowns} />
        </>
      )}
    </div>
  );
}

interface ChargeProps {
  readonly day: Day;
  /** Undefined until it is loaded. */
  readonly data: Explanation | undefined;
  readonly currency: string;
}

function Charge({ day, data, currency }: ChargeProps) {
  if (!day.subscribed || data?.charge === null) {
    return <p>There was no subscription on this day, so nothing is charged.</p>;
  }
  const elsewhere = day.billed_as_adjustment;
  const later = laterText(day);
  return (
    <>
      <p>{usageText(day)}</p>
      {later !== undefined && <p>{later}</p>}
      {elsewhere.map((adjustment) => (
        <p key={adjustment.billed_in.from}>
          <b>{adjustmentText(adjustment)}</b>: {money(adjustment.amount, currency)}. The statement of this
          day’s own period was final already.
        </p>
      ))}
      {(day.slabs.length > 0 || elsewhere.length === 0) && (
        <Slabs slabs={day.slabs} currency={currency} amount={day.amount} />
      )}
    </>
  );
}

function Terms({ terms, zone }: Pick<Explanation, 'terms'> & { readonly zone: string }) {
  return (
    <>
      <h3>Terms</h3>
      {terms.map((term) => (
        <p key={term.from}>
          {terms.length === 1 ? 'All day' : `${dayTime(term.from, zone)} – ${time(term.to, zone)}`}:{' '}
          {term.edition}, {number(term.included)} included, limit {number(term.additional_limit)}
          {terms.length > 1 && decidesText(term) !== '' && <span class="faint"> ({decidesText(term)})</span>}
        </p>
      ))}
      {terms.length > 1 && (
        <p class="faint">The highest included credits and the highest limit apply to the whole day.</p>
      )}
    </>
  );
}

function decidesText(term: Explanation['terms'][number]): string {
  if (term.decides_included && term.decides_additional_limit) return 'applies to the day';
  if (term.decides_included) return 'its included credits apply';
  return term.decides_additional_limit ? 'its limit applies' : '';
}

interface RevisionsProps {
  readonly data: Explanation;
  readonly currency: string;
  readonly zone: string;
}

function Revisions({ data, currency, zone }: RevisionsProps) {
  return (
    <>
      <h3>Revisions</h3>
      {data.revisions.length === 0 && <p class="faint">None yet: the day is open or had no usage.</p>}
      {data.revisions.map((revision) => (
        <p key={revision.revision}>
          {revision.revision}: closed {dayTime(revision.closed_at, zone)}, {number(revision.billed_credits)}{' '}
          billed, {money(revision.amount, currency)}
        </p>
      ))}
      {data.pending && (
        <p class="warn">
          Late calls have arrived: the next revision adds {money(data.pending.delta_amount, currency)}.
        </p>
      )}
    </>
  );
}
