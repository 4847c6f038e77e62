import { useState } from 'preact/hooks';
import { inputOf, useChange, type Change, type ChangeRequest } from './change.ts';

/** A change that the form asks about before it is made. */
export interface ConfirmedChange extends Change {
  /** Whether the form asks now. */
  readonly isConfirming: boolean;
  /** Asks, and once it has been asked makes the change; of a form's submit event. */
  readonly submit: (event: Event) => void;
  readonly cancel: () => void;
}

interface Conditions {
  /** Whether the input is complete, and its consequences are on screen. */
  readonly isReady: boolean;
  /** Whether this change is large enough for a question; any by default. */
  readonly asks?: boolean;
}

/** Other input is another change, so it is asked about again. */
export function useConfirmedChange<Answer = unknown>(
  request: ChangeRequest<Answer>,
  { isReady, asks = true }: Conditions,
): ConfirmedChange {
  const [asked, setAsked] = useState('');
  const change = useChange<Answer>({
    ...request,
    onSaved(answer) {
      setAsked('');
      request.onSaved(answer);
    },
  });
  const input = inputOf(request);
  const isConfirming = isReady && asked === input;
  return {
    ...change,
    isConfirming,
    submit(event) {
      event.preventDefault();
      if (!isReady || change.isSaving) return;
      if (asks && !isConfirming) setAsked(input);
      else change.save();
    },
    cancel: () => setAsked(''),
  };
}
