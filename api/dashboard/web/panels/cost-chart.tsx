import { useState } from 'preact/hooks';
import type { Day, Days } from '../answers.ts';
import { date, money, number, shortDate } from '../formats.ts';
import { param, setParams } from '../state/address.ts';
import { amountOf, axisSteps } from './cost-axis.ts';

/**
 * What each day costs, as bars: of HTML, so that they are sharp on paper and follow the width of the screen. The table
 * below has the same days for readers who cannot see it, so no bar takes the keyboard's focus.
 */
export function CostChart({ days: { days, currency, adjustments, total } }: { readonly days: Days }) {
  const [hovered, setHovered] = useState<Day>();
  // Only the height of a bar is a number; every amount that is shown is the API's text.
  const most = Math.max(...days.map(({ amount }) => Number(amount)));
  if (days.length === 0 || !(most > 0)) return null;
  const steps = axisSteps(most);
  const top = steps.at(-1) ?? most;
  const labelled = [days[0], days[Math.floor((days.length - 1) / 2)], days.at(-1)];
  const highest = days.find(({ amount }) => Number(amount) === most);
  return (
    <figure class="costs">
      <figcaption class="faint">
        {hovered ? (
          <>
            {date(hovered.day)}: <b>{money(hovered.amount, currency)}</b> for {number(hovered.billed_credits)}{' '}
            billed credits
            {hovered.status === 'open' && ' so far'}
          </>
        ) : (
          `Cost per day, in ${currency}${adjustments.length > 0 ? ', without adjustments' : ''}`
        )}
      </figcaption>
      <div
        class="costs-plot"
        role="img"
        aria-label={`Cost per day: ${money(total.amount, currency)} in all${highest ? `, the most on ${date(highest.day)}: ${money(highest.amount, currency)}` : ''}.`}
      >
        {steps.map((step) => (
          <span key={step} class="costs-line" style={{ bottom: `${(step / top) * 100}%` }}>
            {money(amountOf(step), currency)}
          </span>
        ))}
        <div class="costs-bars" onPointerLeave={() => setHovered(undefined)}>
          {days.map((day) => (
            <span
              key={day.day}
              class={barClass(day)}
              onPointerEnter={() => setHovered(day)}
              onClick={() => setParams({ day: day.day }, { replace: true })}
            >
              <i style={{ height: `${(Number(day.amount) / top) * 100}%` }} />
            </span>
          ))}
        </div>
      </div>
      <p class="returning-scale costs-scale" aria-hidden="true">
        {[...new Set(labelled)].map((day) => day && <span key={day.day}>{shortDate(day.day)}</span>)}
      </p>
    </figure>
  );
}

function barClass({ day, status }: Day): string {
  const isShown = param('day') === day;
  return [status === 'open' && 'is-open', isShown && 'is-shown'].filter((each) => each !== false).join(' ');
}
