/**
 * Moves the focus through the links and buttons that begin the rows of a list, with the arrow keys, Home and End: down
 * from a search field into the list, and up from its first row back to the field.
 */
export function moveFocus(event: KeyboardEvent, list: Element | null): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>('tbody tr > :first-child > :is(a, button)') ?? [])];
  const field = event.currentTarget instanceof Element ? event.currentTarget.querySelector('input') : null;
  const at = rows.findIndex((row) => row === document.activeElement);
  const isInField = document.activeElement === field;
  if (at < 0 && !isInField) return;
  const target = targetOf(event.key, at, rows, field, isInField);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function targetOf(
  key: string,
  at: number,
  rows: readonly HTMLElement[],
  field: HTMLElement | null,
  isInField: boolean,
): HTMLElement | null | undefined {
  if (key === 'ArrowDown') return rows[at + 1];
  if (key === 'ArrowUp') return at === 0 ? field : rows[at - 1];
  // In the field these keys move the caret.
  if (isInField) return undefined;
  if (key === 'Home') return rows[0];
  return key === 'End' ? rows.at(-1) : undefined;
}
