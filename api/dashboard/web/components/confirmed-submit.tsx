import type { ConfirmedChange } from '../state/confirmed-change.ts';
import { ChangeProblem } from './change-problem.tsx';
import { ConfirmChange } from './confirm-change.tsx';

interface ConfirmedSubmitProps {
  readonly change: ConfirmedChange;
  readonly isReady: boolean;
  /** Names the question for screen readers. */
  readonly label: string;
  readonly question: string;
  /** What the button that makes the change says. */
  readonly action: string;
}

/** The end of a form whose change is asked about: the button that asks, then the question. */
export function ConfirmedSubmit({ change, isReady, label, question, action }: ConfirmedSubmitProps) {
  return (
    <>
      {change.isConfirming ? (
        <ConfirmChange
          label={label}
          question={question}
          action={change.isSaving ? 'Saving …' : action}
          isSaving={change.isSaving}
          onCancel={change.cancel}
        />
      ) : (
        <button type="submit" class="primary" disabled={!isReady || change.isSaving}>
          Change …
        </button>
      )}
      <ChangeProblem change={change} />
    </>
  );
}
