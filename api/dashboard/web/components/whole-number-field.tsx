import { useId } from 'preact/hooks';
import { parseWholeNumber, type Bounds } from '../whole-number.ts';

/** The API's largest number of credits in 24 hours. */
export const MAX_CREDITS = 1_000_000_000;
/** The API's largest number of licensed users. */
export const MAX_USERS = 10_000_000;

interface WholeNumberFieldProps {
  readonly label: string;
  readonly text: string;
  readonly bounds: Bounds;
  readonly placeholder?: string;
  readonly class?: string;
  readonly isLabelHidden?: boolean;
  readonly onInput: (text: string) => void;
}

/** A text field for a whole number: it accepts the reader's separators and says what is wrong with other input. */
export function WholeNumberField({
  label,
  text,
  bounds,
  isLabelHidden = false,
  onInput,
  ...rest
}: WholeNumberFieldProps) {
  const number = parseWholeNumber(text, bounds);
  const messageId = useId();
  const isInvalid = number.kind === 'invalid';
  return (
    <label class="number-field">
      <span class={isLabelHidden ? 'sr-only' : undefined}>{label}</span>
      <input
        {...rest}
        inputMode="numeric"
        autocomplete="off"
        value={text}
        aria-invalid={isInvalid}
        aria-describedby={isInvalid ? messageId : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {isInvalid && (
        <small class="warn" id={messageId} role="status">
          {number.message}
        </small>
      )}
    </label>
  );
}
