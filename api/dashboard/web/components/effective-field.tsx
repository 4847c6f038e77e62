import { FieldProblem } from './field-problem.tsx';

interface EffectiveFieldProps {
  /** `2026-12-01T00:00` in UTC; empty for at once. */
  readonly value: string;
  readonly problem: string;
  readonly onInput: (value: string) => void;
}

/** When a version of a catalogue takes effect, which all organisations share: so in UTC. */
export function EffectiveField({ value, problem, onInput }: EffectiveFieldProps) {
  return (
    <label>
      In effect from, UTC
      <input
        type="datetime-local"
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <small class="faint">Empty: at once.</small>
      <FieldProblem name="In effect from" problem={problem} />
    </label>
  );
}

/** The field as a part of a change's body. */
export const effectiveAt = (value: string): { readonly effective_at?: string } =>
  value === '' ? {} : { effective_at: `${value}:00Z` };
