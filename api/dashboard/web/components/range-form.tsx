import { useState } from 'preact/hooks';
import { rangeProblem, type RangeInput } from './range-problem.ts';

interface RangeFormProps {
  readonly type: RangeInput;
  readonly labels: readonly [string, string];
  readonly first: string;
  readonly last: string;
  readonly onSubmit: (first: string, last: string) => void;
}

/** Two fields for a custom range. Only a valid range can be shown. */
export function RangeForm({ type, labels, onSubmit, ...initial }: RangeFormProps) {
  const [first, setFirst] = useState(initial.first);
  const [last, setLast] = useState(initial.last);
  const problem = rangeProblem(type, first, last);
  return (
    <form
      class="custom-range"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined) onSubmit(first, last);
      }}
    >
      <input
        type={type}
        aria-label={labels[0]}
        value={first}
        onInput={(event) => setFirst(event.currentTarget.value)}
      />
      <span aria-hidden="true">–</span>
      <input
        type={type}
        aria-label={labels[1]}
        value={last}
        onInput={(event) => setLast(event.currentTarget.value)}
      />
      <button type="submit" disabled={problem !== undefined}>
        Show
      </button>
      {problem !== undefined && (
        <span class="warn" role="status">
          {problem}
        </span>
      )}
    </form>
  );
}
