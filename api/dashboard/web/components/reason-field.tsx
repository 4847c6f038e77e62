interface ReasonFieldProps {
  readonly reason: string;
  readonly onInput: (reason: string) => void;
}

/** Why a setting is changed, for its history. */
export function ReasonField({ reason, onInput }: ReasonFieldProps) {
  return (
    <label class="grow">
      Reason (optional)
      <input
        value={reason}
        maxLength={500}
        autocomplete="off"
        onInput={({ currentTarget: { value } }) => onInput(value)}
      />
    </label>
  );
}
