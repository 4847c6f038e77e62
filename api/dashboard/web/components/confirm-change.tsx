import { useEffect, useRef } from 'preact/hooks';

interface ConfirmChangeProps {
  /** Names the box for screen readers. */
  readonly label: string;
  readonly question: string;
  readonly action: string;
  readonly isSaving: boolean;
  readonly onCancel: () => void;
}

/** Asks before a large change. It takes the focus, so that a second Enter confirms nothing by accident. */
export function ConfirmChange({ label, question, action, isSaving, onCancel }: ConfirmChangeProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div
      ref={box}
      class="notice is-warning"
      role="alertdialog"
      aria-label={label}
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
