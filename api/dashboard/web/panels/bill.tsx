import type { Bill } from '../answers.ts';
import { roundedMoney, date, dates, money, number } from '../formats.ts';

/** The current period's bill: so far, and projected. */
export function BillPanel({ bill }: { readonly bill: Bill }) {
  const { currency, period, accrued, projected, adjustments } = bill;
  return (
    <section class="card" aria-labelledby="bill-title">
      <header class="card-head">
        <h2 id="bill-title">This billing period</h2>
        <span class="faint">{dates(period.from, period.to)}</span>
      </header>
      <p class="gauge-figure">
        <b data-figure="accrued">{money(accrued.amount, currency)}</b>
        <span>so far, for {number(accrued.credits)} additional credits</span>
      </p>
      <dl class="facts">
        <div>
          <dt>Projected</dt>
          <dd data-figure="projected" title={`Exactly ${money(projected.amount, currency)}`}>
            {roundedMoney(projected.amount, currency)}
          </dd>
        </div>
        <div>
          <dt>Next billing date</dt>
          <dd data-figure="next_billing_date">{date(bill.next_billing_date)}</dd>
        </div>
        <div>
          <dt>Days closed</dt>
          <dd>{number(bill.days_closed)}</dd>
        </div>
        <div>
          <dt>Adjustments</dt>
          <dd>{number(adjustments.length)}</dd>
        </div>
      </dl>
      <p class="faint gauge-foot">
        Days are in {bill.time_zone}. The projection adds the average of the closed days for each day left.
      </p>
    </section>
  );
}
