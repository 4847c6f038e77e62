import { Fragment } from 'preact';
import type { Days } from '../answers.ts';
import { date, money, number } from '../formats.ts';
import { param, show } from '../state/place.ts';
import { DayDetails } from './day-details.tsx';
import { Table } from '../parts/table.tsx';

const COLUMNS = [
  { title: 'Day' },
  { title: 'Status', isText: true, isWideOnly: true },
  { title: 'Used', isWideOnly: true },
  { title: 'Additional' },
  { title: 'Billed', isWideOnly: true },
  { title: 'Over limit', isWideOnly: true },
  { title: 'Amount' },
];

const STATUS = {
  open: ['is-open', 'Late calls may still come: the figure is as it stands'],
  closed: ['is-plain', 'Charged; a late call makes a new revision'],
  final: ['is-final', 'On a statement that never changes'],
} as const;

/** Each day's additional credits and what they cost; a day opens to its explanation. */
export function DaysTable({
  org,
  days,
  zone,
}: {
  readonly org: string;
  readonly days: Days;
  readonly zone: string;
}) {
  const { currency, adjustments, total } = days;
  const opened = param('day');
  const newestFirst = days.days.toReversed();
  const most = Math.max(1, ...days.days.map(({ additional_used }) => additional_used));
  return (
    <Table label="Days" kind="days" columns={COLUMNS}>
      <tbody>
        {newestFirst.map((day) => (
          <Fragment key={day.day}>
            <tr class={opened === day.day ? 'is-open' : undefined}>
              <th scope="row">
                <button
                  type="button"
                  class="link disclosure"
                  aria-expanded={opened === day.day}
                  onClick={() => show({ day: opened === day.day ? null : day.day }, { replace: true })}
                >
                  {date(day.day)}
                </button>
              </th>
              <td class="text wide-only">
                <span class={`pill ${STATUS[day.status][0]}`} title={STATUS[day.status][1]}>
                  {day.status}
                  {day.revision !== null && day.revision > 1 && `, revision ${day.revision}`}
                </span>
              </td>
              <Count value={day.used} />
              <td class={day.additional_used === 0 ? 'with-bar is-zero' : 'with-bar'}>
                <span class="cell-bar" style={{ width: `${(day.additional_used / most) * 100}%` }} />
                <span>{number(day.additional_used)}</span>
              </td>
              <Count value={day.billed_credits} />
              <Count value={day.over_limit} isWarning />
              <td class={day.amount === '0' ? 'is-zero' : undefined}>{money(day.amount, currency)}</td>
            </tr>
            {opened === day.day && (
              <tr class="details">
                <td colSpan={7}>
                  <DayDetails org={org} product={days.product} day={day} currency={currency} zone={zone} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
        {adjustments.map((line) => (
          <tr key={`${line.day} ${line.revision}`}>
            <th scope="row">
              {date(line.day)} <small class="faint">adjustment, revision {line.revision}</small>
            </th>
            <td class="wide-only" colSpan={2} />
            <td />
            <td class="wide-only">{number(line.delta_credits)}</td>
            <td class="wide-only" />
            <td>{money(line.delta_amount, currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td class="wide-only" colSpan={2} />
          <td />
          <td class="wide-only" data-figure="days-credits">
            {number(total.billed_credits)}
          </td>
          <td class="wide-only" />
          <td data-figure="days-amount">{money(total.amount, currency)}</td>
        </tr>
        {total.rounded_amount !== null && (
          <tr>
            <th scope="row">On the statement, rounded once</th>
            <td class="wide-only" colSpan={2} />
            <td />
            <td class="wide-only" colSpan={2} />
            <td>{money(total.rounded_amount, currency)}</td>
          </tr>
        )}
      </tfoot>
    </Table>
  );
}

/** Zeros stand back, so that days with a charge are found at a glance. */
function Count({ value, isWarning = false }: { readonly value: number; readonly isWarning?: boolean }) {
  return <td class={`wide-only ${value === 0 ? 'is-zero' : isWarning ? 'warn' : ''}`}>{number(value)}</td>;
}
