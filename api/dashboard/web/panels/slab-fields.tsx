import { WholeNumberField } from '../components/whole-number-field.tsx';

/** What is typed of a price step. The last one has no number of credits: it has no end. */
export interface SlabTexts {
  readonly credits: string;
  /** A decimal, per 1,000 credits. */
  readonly rate: string;
}

/** How many credits a step may have. */
export const STEP = { min: 1, max: Number.MAX_SAFE_INTEGER };
/** The decimals that the API takes. */
export const isRate = (text: string): boolean => /^\d{1,6}([.]\d{1,9})?$/.test(text);

interface SlabFieldsProps {
  readonly slabs: readonly SlabTexts[];
  readonly currency: string;
  readonly onChange: (slabs: readonly SlabTexts[]) => void;
}

/** The price steps, one a line. */
export function SlabFields({ slabs, currency, onChange }: SlabFieldsProps) {
  const set = (index: number, change: Partial<SlabTexts>): void =>
    onChange(slabs.map((slab, at) => (at === index ? { ...slab, ...change } : slab)));
  return (
    <fieldset class="slab-fields">
      <legend>Price per 1,000 additional credits of a day, in {currency}</legend>
      {slabs.map(({ credits, rate }, index) => {
        const isLast = index === slabs.length - 1;
        const which = index === 0 ? 'The first' : 'The next';
        return (
          // A step has no name but its place.
          <div key={index} class="actions">
            {isLast ? (
              <span>{slabs.length === 1 ? 'All credits' : 'Everything above'}</span>
            ) : (
              <>
                {which}
                <WholeNumberField
                  class="short"
                  label={`Credits of step ${index + 1}`}
                  isLabelHidden
                  text={credits}
                  bounds={STEP}
                  onInput={(text) => set(index, { credits: text })}
                />
              </>
            )}
            at
            <label>
              <span class="sr-only">Price of step {index + 1}</span>
              <input
                class="short"
                inputMode="decimal"
                autocomplete="off"
                value={rate}
                aria-invalid={!isRate(rate)}
                onInput={({ currentTarget: { value } }) => set(index, { rate: value.trim() })}
              />
            </label>
            {!isLast && (
              <button
                type="button"
                class="link"
                aria-label={`Remove step ${index + 1}`}
                onClick={() => onChange(slabs.toSpliced(index, 1))}
              >
                Remove
              </button>
            )}
          </div>
        );
      })}
      <button
        type="button"
        class="link"
        onClick={() => onChange(slabs.toSpliced(-1, 0, { credits: '', rate: slabs.at(-1)?.rate ?? '' }))}
      >
        Add a step
      </button>
    </fieldset>
  );
}
