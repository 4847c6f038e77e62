import type { Change } from '../state/change.ts';
import { ChangeProblem } from './change-problem.tsx';

interface SetOrEndProps {
  readonly change: Change;
  /** Ends what is there. */
  readonly end: Change;
  readonly isReady: boolean;
  /** What the button says that makes the change. */
  readonly action: string;
  /** What the button says that ends it; undefined where there is nothing to end. */
  readonly endAction: string | undefined;
  readonly onCancel: () => void;
}

/** The end of a form that sets something, and that changes or ends it once it is there. */
export function SetOrEnd({ change, end, isReady, action, endAction, onCancel }: SetOrEndProps) {
  return (
    <>
      <div class="actions">
        <button type="submit" class="primary" disabled={!isReady}>
          {change.isSaving ? 'Saving …' : action}
        </button>
        {endAction !== undefined && (
          <>
            <button type="button" disabled={change.isSaving || end.isSaving} onClick={end.save}>
              {endAction}
            </button>
            <button type="button" class="link" onClick={onCancel}>
              Cancel
            </button>
          </>
        )}
      </div>
      <ChangeProblem change={change} />
      <ChangeProblem change={end} />
    </>
  );
}
