import { setParams } from '../state/address.ts';

interface CursorPagerProps {
  /** The cursors of the pages up to this one; the last one is this page's. */
  readonly trail: readonly string[];
  /** Of the next page; null at the end. */
  readonly next: string | null;
  /** The names of the pages before and after. */
  readonly names?: readonly [string, string];
}

/** Leads through the pages of a list. Renders nothing where there is only one. */
export function CursorPager({ trail, next, names: [before, after] = ['Newer', 'Older'] }: CursorPagerProps) {
  if (trail.length === 0 && next === null) return null;
  return (
    <div class="pager">
      <button
        type="button"
        disabled={trail.length === 0}
        onClick={() => setParams({ cursor: trail.slice(0, -1) })}
      >
        {before}
      </button>
      <button
        type="button"
        disabled={next === null}
        onClick={() => next !== null && setParams({ cursor: [...trail, next] })}
      >
        {after}
      </button>
    </div>
  );
}
