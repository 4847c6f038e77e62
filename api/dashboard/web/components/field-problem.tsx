interface FieldProblemProps {
  /** The name of the field as the form shows it. */
  readonly name: string;
  /** What the API says of it; empty where nothing is wrong. */
  readonly problem: string;
}

/** What is wrong with a field, below it: "Time zone is "Mars": write an IANA time zone, like "Europe/Rome"." */
export function FieldProblem({ name, problem }: FieldProblemProps) {
  if (problem === '') return null;
  return (
    <small class="warn" role="alert">
      {/^[a-z]/.test(problem) ? `${name} ${problem}.` : problem}
    </small>
  );
}
