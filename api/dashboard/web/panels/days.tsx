import { Fragment } from 'preact';
import type { Days } from '../answers.ts';
import { date, money, number } from '../formats.ts';
import { param, show } from '../state/place.ts';
import { DayDetails } from './day-details.tsx';

const STATUS = {
  open: ['is-plain', 'Late calls may still come: the figure is as it stands'],
  closed: ['is-good', 'Charged; a late call makes a new revision'],
  final: ['is-plain', 'On a statement that never changes'],
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
    <div class="scroll">
      <table class="rows days">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Status</th>
            <th scope="col">Used</th>
            <th scope="col">Additional</th>
            <th scope="col">Billed</th>
            <th scope="col">Over limit</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
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
                <td class="text">
                  <span class={`pill ${STATUS[day.status][0]}`} title={STATUS[day.status][1]}>
                    {day.status}
                    {day.revision !== null && day.revision > 1 && `, revision ${day.revision}`}
                  </span>
                </td>
                <td>{number(day.used)}</td>
                <td class="with-bar">
                  <span class="cell-bar" style={{ width: `${(day.additional_used / most) * 100}%` }} />
                  <span>{number(day.additional_used)}</span>
                </td>
                <td>{number(day.billed_credits)}</td>
                <td class={day.over_limit > 0 ? 'warn' : undefined}>{number(day.over_limit)}</td>
                <td>{money(day.amount, currency)}</td>
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
            <tr key={`${line.day} ${line.revision}`} class="adjustment">
              <th scope="row">{date(line.day)}</th>
              <td class="text" colSpan={3}>
                adjustment, revision {line.revision}
              </td>
              <td>{number(line.delta_credits)}</td>
              <td />
              <td>{money(line.delta_amount, currency)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={4}>
              Total
            </th>
            <td data-figure="days-credits">{number(total.billed_credits)}</td>
            <td />
            <td data-figure="days-amount">{money(total.amount, currency)}</td>
          </tr>
          {total.rounded_amount !== null && (
            <tr>
              <th scope="row" colSpan={6}>
                On the statement, rounded once
              </th>
              <td>{money(total.rounded_amount, currency)}</td>
            </tr>
          )}
        </tfoot>
      </table>
    </div>
  );
}
