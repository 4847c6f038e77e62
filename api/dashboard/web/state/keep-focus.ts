/** Where the keyboard's focus is, and where it goes when that goes. */
interface Place {
  readonly element: HTMLElement;
  /** Of the folded part that the element is in. */
  readonly summary: HTMLElement | null | undefined;
  /** The id of the title of its section. */
  readonly titleId: string;
}

let last: Place | undefined;

/**
 * What has the focus may go: a button once it has done its work, a form when its data is read again. Then the browser
 * would begin at the top of the page again, so the focus moves to the title of the section instead, or to the content.
 * A button that was only disabled for a while gets it back.
 */
export function keepFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    const summary = target.closest('details')?.querySelector<HTMLElement>(':scope > summary');
    const titleId = target.closest('section[aria-labelledby]')?.getAttribute('aria-labelledby') ?? 'main';
    last = { element: target, summary, titleId };
  });
  // A click beside all fields and buttons takes the focus away, and it stays away.
  document.addEventListener('pointerdown', () => (last = undefined), { capture: true });
  new MutationObserver(restore).observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ['disabled'],
  });
}

function restore(): void {
  if (last === undefined || document.activeElement !== document.body || !document.hasFocus()) return;
  const { element, summary, titleId } = last;
  if (element.isConnected) {
    if (!element.matches(':disabled')) element.focus({ preventScroll: true });
    return;
  }
  const title = document.getElementById(titleId) ?? document.getElementById('main');
  const heir = summary?.isConnected === true ? summary : title;
  if (heir === null) return;
  if (heir.tabIndex < 0) heir.tabIndex = -1;
  heir.focus({ preventScroll: true });
}
