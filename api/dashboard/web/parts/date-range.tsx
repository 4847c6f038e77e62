import { useState } from 'preact/hooks';
import type { Bill } from '../answers.ts';
import { addDays } from '../local-time.ts';
import { param, show } from '../state/place.ts';

/** The days that the Credits tab lists: the last 30, a billing period, or a range of dates. */
export function DateRange({ bill: { period } }: { readonly bill: Bill }) {
  const [from, to] = [param('days_from'), param('days_to')];
  const [isCustom, setIsCustom] = useState(false);
  const isPeriod = from === period.from && to === period.to;
  const name = from === '' && !isCustom ? 'last30' : isPeriod && !isCustom ? 'period' : 'custom';
  const choose = (chosen: string): void => {
    setIsCustom(chosen === 'custom');
    if (chosen === 'last30') show({ days_from: null, days_to: null, day: null });
    if (chosen === 'period') show({ days_from: period.from, days_to: period.to, day: null });
  };
  return (
    <>
      <label>
        <span class="sr-only">Days</span>
        <select value={name} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="last30">Last 30 days</option>
          <option value="period">This billing period</option>
          <option value="custom">Custom dates</option>
        </select>
      </label>
      {name === 'custom' && <Dates key={`${from} ${to}`} first={from || period.from} end={to || period.to} />}
    </>
  );
}

/** The last day is shown as the reader thinks of it: included. @param end exclusive */
function Dates({ first, end }: { readonly first: string; readonly end: string }) {
  const [from, setFrom] = useState(first);
  const [last, setLast] = useState(addDays(end, -1));
  const isValid = from !== '' && from <= last;
  return (
    <form
      class="custom-range"
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) show({ days_from: from, days_to: addDays(last, 1), day: null });
      }}
    >
      <input
        type="date"
        aria-label="First day"
        value={from}
        onInput={(event) => setFrom(event.currentTarget.value)}
      />
      <span aria-hidden="true">–</span>
      <input
        type="date"
        aria-label="Last day"
        value={last}
        onInput={(event) => setLast(event.currentTarget.value)}
      />
      <button type="submit" disabled={!isValid}>
        Show
      </button>
    </form>
  );
}
