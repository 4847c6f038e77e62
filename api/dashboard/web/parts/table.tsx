import type { ComponentChildren } from 'preact';
import { Columns, type Column } from './columns.tsx';

interface TableProps {
  /** Says what is in it. */
  readonly label: string;
  /** Styles it further. */
  readonly kind?: string;
  readonly columns: readonly Column[];
  /** What follows its heading. */
  readonly children: ComponentChildren;
}

/** A table that may be wider than the screen: scrolled by itself, with the keyboard too. */
export function Table({ label, kind = '', columns, children }: TableProps) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table class={`rows ${kind}`}>
        <Columns columns={columns} />
        {children}
      </table>
    </div>
  );
}
