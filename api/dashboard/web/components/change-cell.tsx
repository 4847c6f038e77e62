interface ChangeCellProps {
  /** Names the button for screen readers. */
  readonly label: string;
  readonly onChange: () => void;
}

/** The cell of a table whose button opens the form of its row. */
export function ChangeCell({ label, onChange }: ChangeCellProps) {
  return (
    <td class="text action">
      <button type="button" class="link" aria-label={label} onClick={onChange}>
        Change
      </button>
    </td>
  );
}
