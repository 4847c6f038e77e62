import { Fragment } from 'preact';
import type { Day, Days } from '../answers.ts';
import { date, money, number } from '../formats.ts';
import { param, setParams } from '../state/address.ts';
import { adjustmentText } from './day-billing.ts';
import { DayDetails } from './day-details.tsx';
import { Table } from '../components/table.tsx';

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
  open: ['is-open', 'Figures so far: late calls may still arrive'],
  closed: ['is-plain', 'Charged. A late call creates a new revision'],
  final: ['is-final', 'On a final statement, which never changes'],
} as const;

interface DaysTableProps {
  readonly org: string;
  readonly days: Days;
  readonly zone: string;
}

/** Each day's additional credits and their cost. A row opens to the details of its day. */
export function DaysTable({ org, days, zone }: DaysTableProps) {
  const { currency, adjustments, total } = days;
  const most = Math.max(1, ...days.days.map(({ additional_used }) => additional_used));
  return (
    <Table label="Days" kind="days" columns={COLUMNS}>
      <tbody>
        {days.days.toReversed().map((day) => (
          <Fragment key={day.day}>
            <DayRow day={day} days={days} most={most} />
            {param('day') === day.day && (
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
            <th scope="row">Statement total, rounded</th>
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

interface DayRowProps {
  readonly day: Day;
  readonly days: Days;
  /** The largest additional usage of any day, which has the longest bar. */
  readonly most: number;
}

function DayRow({ day, days, most }: DayRowProps) {
  const isOpened = param('day') === day.day;
  return (
    <tr class={isOpened ? 'is-open' : undefined}>
      <th scope="row">
        <button
          type="button"
          class="link disclosure"
          aria-expanded={isOpened}
          onClick={() => setParams({ day: isOpened ? null : day.day }, { replace: true })}
        >
          {date(day.day)} <small class="wide-only">{isOpened ? 'Hide details' : 'View details'}</small>
        </button>
        {day.billed_as_adjustment.map((adjustment) => (
          <small key={adjustment.billed_in.from} class="billed-elsewhere">
            {adjustmentText(adjustment)}
          </small>
        ))}
      </th>
      <td class="text wide-only">
        <Status day={day} />
      </td>
      <Count value={day.used} />
      <td class={day.additional_used === 0 ? 'with-bar is-zero' : 'with-bar'}>
        <span class="cell-bar" style={{ width: `${(day.additional_used / most) * 100}%` }} />
        <span>{number(day.additional_used)}</span>
      </td>
      <Count value={day.billed_credits} />
      <Count value={day.over_limit} isWarning />
      <td class={day.amount === '0' ? 'is-zero' : undefined}>{money(day.amount, days.currency)}</td>
    </tr>
  );
}

function Status({ day }: { readonly day: Day }) {
  if (!day.subscribed) return <span class="pill is-final">no subscription</span>;
  if (!day.begun) return <span class="pill is-plain">not begun</span>;
  const [kind, title] = STATUS[day.status];
  return (
    <span class={`pill ${kind}`} title={title}>
      {day.status}
      {day.revision !== null && day.revision > 1 && `, revision ${day.revision}`}
    </span>
  );
}

/** Zeros are faint, so that days with a charge stand out. */
function Count({ value, isWarning = false }: { readonly value: number; readonly isWarning?: boolean }) {
  return <td class={`wide-only ${value === 0 ? 'is-zero' : isWarning ? 'warn' : ''}`}>{number(value)}</td>;
}
