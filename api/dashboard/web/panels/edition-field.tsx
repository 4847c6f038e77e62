import type { Edition } from '../../../../domain/catalogues/editions.ts';
import { FieldProblem } from '../components/field-problem.tsx';

interface EditionFieldProps {
  /** Of the product. */
  readonly editions: readonly Edition[];
  readonly value: string;
  readonly problem: string;
  readonly onChange: (edition: string) => void;
}

/** Chooses an edition of the catalogue; one that is no longer in it stays a choice while it is the present one. */
export function EditionField({ editions, value, problem, onChange }: EditionFieldProps) {
  const names = [...new Set([...editions.map(({ edition }) => edition), value])].filter(
    (name) => name !== '',
  );
  return (
    <label>
      Edition
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <FieldProblem name="Edition" problem={problem} />
    </label>
  );
}
