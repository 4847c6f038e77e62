import { done } from '../state/done.ts';

/** Says that a change has been made, on screen and to screen readers. */
export function DoneNotice() {
  return (
    <div class="floating is-good" role="status" aria-live="polite">
      {done.value !== '' && <p>{done.value}</p>}
    </div>
  );
}
