import { useState } from 'preact/hooks';
import type { Estimate } from '../answers.ts';
import { money, number } from '../formats.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { MAX_CREDITS, WholeNumberField } from '../components/whole-number-field.tsx';
import { param, setParams } from '../state/address.ts';
import { useEstimate } from '../state/estimate.ts';
import { parseWholeNumber, type Bounds } from '../whole-number.ts';
import { Slabs } from './slabs.tsx';

const SLIDER_MAX = 1_000_000;
const SLIDER_STEP = 5_000;
const CREDITS = { name: 'credits', bounds: { min: 0, max: MAX_CREDITS }, initial: 80_000 } as const;
const DAYS = { name: 'days', bounds: { min: 1, max: 366 }, initial: 30 } as const;

interface NumberParam {
  readonly name: string;
  readonly bounds: Bounds;
  /** Used while the address has no valid number. */
  readonly initial: number;
}

/** The cost of so many additional credits a day, slab by slab and over several days. */
export function EstimatePanel() {
  const [credits, creditsText, setCreditsText] = useNumberParam(CREDITS);
  const [days, daysText, setDaysText] = useNumberParam(DAYS);
  const { data, error, isPending, refresh } = useEstimate(credits, days);
  const isEntered = [[creditsText, CREDITS] as const, [daysText, DAYS] as const].every(
    ([text, { bounds }]) => parseWholeNumber(text, bounds).kind === 'number',
  );
  return (
    <section class="card" aria-labelledby="estimate-title">
      <header class="card-head">
        <h2 id="estimate-title">Cost of additional credits</h2>
      </header>
      <div class="stack">
        <div class="slider">
          <WholeNumberField
            label="Additional credits per day"
            text={creditsText}
            bounds={CREDITS.bounds}
            onInput={setCreditsText}
          />
          <input
            type="range"
            min={0}
            max={SLIDER_MAX}
            step={SLIDER_STEP}
            aria-label="Additional credits per day, slider"
            value={Math.min(credits, SLIDER_MAX)}
            onInput={(event) => setCreditsText(number(Number(event.currentTarget.value)))}
          />
        </div>
        <WholeNumberField
          label="Days"
          class="short"
          text={daysText}
          bounds={DAYS.bounds}
          onInput={setDaysText}
        />
      </div>
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data === undefined && !error && <Loading height={220} />}
      {!isEntered && <p class="empty">Enter the credits and the days to see their cost.</p>}
      {data && isEntered && (
        <div class={isPending ? 'is-pending' : undefined} aria-live="polite">
          <p class="gauge-figure">
            <b data-figure="estimate-day">{money(data.day_amount, data.currency)}</b> <span>per day</span>
          </p>
          <p class="outlook">
            <span>
              <span data-figure="estimate-month">{money(data.amount, data.currency)}</span> for{' '}
              {number(data.days)} {data.days === 1 ? 'such day' : 'such days'}
            </span>
          </p>
          <SlabBar slabs={data.slabs} />
          <Slabs slabs={data.slabs} currency={data.currency} amount={data.day_amount} />
          <p class="faint gauge-foot">
            Price book {data.price_book}. Each slab has its own price per 1,000 credits.
          </p>
        </div>
      )}
    </section>
  );
}

/**
 * A number in the address, and the text of its field. The field may hold anything while the reader types; the address
 * changes with each valid number. Where the address changes by itself, as with Back, the field shows its number: what
 * was typed belongs to the number that the address had then. An effect that copied the number into the field would run
 * after the next key press and undo it.
 */
function useNumberParam({ name, bounds, initial }: NumberParam): [number, string, (text: string) => void] {
  const value = boundedParam(name, bounds) ?? initial;
  const [typed, setTyped] = useState({ text: number(value), value });
  const change = (text: string): void => {
    const entered = parseWholeNumber(text, bounds);
    if (entered.kind === 'number') setParams({ [name]: String(entered.value) }, { replace: true });
    setTyped({ text, value: boundedParam(name, bounds) ?? initial });
  };
  return [value, typed.value === value ? typed.text : number(value), change];
}

/** The address's number, within the bounds; undefined where it has none. */
function boundedParam(name: string, { min, max }: Bounds): number | undefined {
  const text = param(name);
  return /^\d{1,10}$/.test(text) ? Math.min(max, Math.max(min, Number(text))) : undefined;
}

/** How the credits spread over the slabs. */
function SlabBar({ slabs }: Pick<Estimate, 'slabs'>) {
  return (
    <div class="slab-bar" aria-hidden="true">
      {slabs.map(({ credits }, index) => (
        <span key={index} style={{ flexGrow: credits }} />
      ))}
    </div>
  );
}
