import type { Change } from '../state/change.ts';

/** Why a change could not be made, where no field of its form is to blame. */
export function ChangeProblem({ change: { problem } }: { readonly change: Change }) {
  if (problem === '') return null;
  return (
    <p class="notice is-error" role="alert">
      {problem}
    </p>
  );
}
