import { useState } from 'preact/hooks';
import type { Bill } from '../answers.ts';
import { dates } from '../formats.ts';
import { addDays } from '../local-time.ts';
import { param, setParams } from '../state/address.ts';
import { RangeForm } from './range-form.tsx';

const LAST_30 = 'last30';
const CUSTOM = 'custom';

/** Chooses the days on the Credits screen: the last 30, a billing period, or custom dates. */
export function DateRange({ bill: { period, previous_periods } }: { readonly bill: Bill }) {
  const [from, to] = [param('days_from'), param('days_to')];
  const [isCustom, setIsCustom] = useState(false);
  const inAddress = [period, ...previous_periods].find((each) => each.from === from && each.to === to);
  const name = isCustom ? CUSTOM : from === '' ? LAST_30 : (inAddress?.from ?? CUSTOM);
  const choose = (chosen: string): void => {
    setIsCustom(chosen === CUSTOM);
    const range = [period, ...previous_periods].find((each) => each.from === chosen);
    if (range) setParams({ days_from: range.from, days_to: range.to, day: null });
    if (chosen === LAST_30) setParams({ days_from: null, days_to: null, day: null });
  };
  return (
    <>
      <label>
        <span class="sr-only">Days</span>
        <select value={name} onChange={(event) => choose(event.currentTarget.value)}>
          <option value={LAST_30}>Last 30 days</option>
          <option value={period.from}>This billing period</option>
          <option value={CUSTOM}>Custom dates</option>
          <optgroup label="Previous billing periods">
            {previous_periods.map((each) => (
              <option key={each.from} value={each.from}>
                {dates(each.from, each.to)}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {name === CUSTOM && (
        <RangeForm
          key={`${from} ${to}`}
          type="date"
          labels={['First day', 'Last day']}
          first={from || period.from}
          last={addDays(to || period.to, -1)}
          onSubmit={(first, last) => setParams({ days_from: first, days_to: addDays(last, 1), day: null })}
        />
      )}
    </>
  );
}
