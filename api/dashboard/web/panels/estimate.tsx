import type { Estimate } from '../answers.ts';
import { money, number } from '../formats.ts';
import { Loading, Refused } from '../parts/states.tsx';
import { useEstimate } from '../state/estimate.ts';
import { param, show } from '../state/place.ts';
import { Slabs } from './slabs.tsx';

const MOST = 1_000_000;
const STEP = 5_000;
const DEFAULT_CREDITS = 80_000;
const DEFAULT_DAYS = 30;

const whole = (text: string, least: number, otherwise: number): number =>
  /^\d{1,15}$/.test(text) ? Math.max(least, Number(text)) : otherwise;

/** Slide the additional credits of a day: what they cost, by which steps, and in a month. */
export function EstimatePanel() {
  const credits = whole(param('credits'), 0, DEFAULT_CREDITS);
  const days = Math.min(366, whole(param('days'), 1, DEFAULT_DAYS));
  const { data, error, isPending } = useEstimate(credits, days);
  return (
    <section class="card" aria-labelledby="estimate-title">
      <header class="card-head">
        <h2 id="estimate-title">What additional credits cost</h2>
      </header>
      <div class="stack">
        <label>
          Additional credits a day
          <span class="slider">
            <input
              type="range"
              min={0}
              max={MOST}
              step={STEP}
              aria-label="Additional credits a day, by sliding"
              value={Math.min(credits, MOST)}
              onInput={(event) => show({ credits: event.currentTarget.value }, { replace: true })}
            />
            <input
              type="number"
              min={0}
              aria-label="Additional credits a day"
              value={credits}
              onInput={(event) => show({ credits: event.currentTarget.value }, { replace: true })}
            />
          </span>
        </label>
        <label>
          Days
          <input
            class="short"
            type="number"
            min={1}
            max={366}
            value={days}
            onInput={(event) => show({ days: event.currentTarget.value }, { replace: true })}
          />
        </label>
      </div>
      {error && <Refused error={error} />}
      {data === undefined && !error && <Loading height={220} />}
      {data && (
        <div class={isPending ? 'is-pending' : undefined} aria-live="polite">
          <p class="gauge-figure">
            <b data-figure="estimate-day">{money(data.day_amount, data.currency)}</b> <span>a day</span>
          </p>
          <p class="outlook">
            <span>
              <span data-figure="estimate-month">{money(data.amount, data.currency)}</span> in{' '}
              {number(data.days)} such days
            </span>
          </p>
          <SlabBar slabs={data.slabs} />
          <Slabs slabs={data.slabs} currency={data.currency} amount={data.day_amount} />
          <p class="faint gauge-foot">
            Price book {data.price_book}. Each credit is paid at the price of its step.
          </p>
        </div>
      )}
    </section>
  );
}

/** How the credits spread over the price steps. */
function SlabBar({ slabs }: Pick<Estimate, 'slabs'>) {
  return (
    <div class="slab-bar" aria-hidden="true">
      {slabs.map(({ rate_per_1000, credits }) => (
        <span key={rate_per_1000} style={{ flexGrow: credits }} />
      ))}
    </div>
  );
}
