import { useEffect, useRef } from 'preact/hooks';

interface ConfirmChangeProps {
  readonly question: string;
  readonly action: string;
  readonly isSaving: boolean;
  readonly onCancel: () => void;
}

/** Asks before a large change. It takes the focus, so that a second Enter confirms nothing by accident. */
export function ConfirmChange({ question, action, isSaving, onCancel }: ConfirmChangeProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div
      ref={box}
      class="notice is-warning"
      role="alertdialog"
      aria-label="Confirm the new limit"
      tabIndex={-1}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
    >
      <p>{question}</p>
      <div class="actions">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={isSaving}>
          {action}
        </button>
      </div>
    </div>
  );
}
