interface RejectionNoteProps {
  /** Of a change in a history; null where it was applied. */
  readonly problems: readonly { readonly detail: string }[] | null;
}

/** Why a change in a history was not applied, after its text. */
export function RejectionNote({ problems }: RejectionNoteProps) {
  if (!problems) return null;
  return <span class="warn"> Rejected: {problems.map(({ detail }) => detail).join(' ')}</span>;
}
