import { useState } from 'preact/hooks';

interface RangeFormProps {
  /** Dates, of which the last is part of the range, or clock times, of which it is the end. */
  readonly type: 'date' | 'datetime-local';
  readonly names: readonly [string, string];
  readonly first: string;
  readonly last: string;
  readonly onShow: (first: string, last: string) => void;
}

/** A range that is chosen by hand, shown when it is complete. */
export function RangeForm({ type, names, onShow, ...given }: RangeFormProps) {
  const [first, setFirst] = useState(given.first);
  const [last, setLast] = useState(given.last);
  const isValid = first !== '' && (type === 'date' ? first <= last : first < last);
  return (
    <form
      class="custom-range"
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) onShow(first, last);
      }}
    >
      <input
        type={type}
        aria-label={names[0]}
        value={first}
        onInput={(event) => setFirst(event.currentTarget.value)}
      />
      <span aria-hidden="true">–</span>
      <input
        type={type}
        aria-label={names[1]}
        value={last}
        onInput={(event) => setLast(event.currentTarget.value)}
      />
      <button type="submit" disabled={!isValid}>
        Show
      </button>
      {!isValid && <span class="warn">The end must come after the beginning.</span>}
    </form>
  );
}
