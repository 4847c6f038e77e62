import { allZones } from '../state/zone.ts';
import { FieldProblem } from './field-problem.tsx';

interface TimeZoneFieldProps {
  readonly value: string;
  /** Listed first, besides UTC. */
  readonly present: string;
  readonly problem: string;
  readonly onChange: (zone: string) => void;
}

/** Chooses the IANA time zone of an organisation. */
export function TimeZoneField({ value, present, problem, onChange }: TimeZoneFieldProps) {
  return (
    <label>
      Time zone
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {[...new Set([present, 'UTC', ...allZones])].map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
      <FieldProblem name="Time zone" problem={problem} />
    </label>
  );
}
