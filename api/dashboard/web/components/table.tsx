import type { ComponentChildren } from 'preact';
import { Columns, type Column } from './columns.tsx';

interface TableProps {
  /** Names the table for screen readers. */
  readonly label: string;
  /** An additional CSS class. */
  readonly kind?: string;
  readonly columns: readonly Column[];
  readonly children: ComponentChildren;
}

/** A table that scrolls by itself, also with the keyboard, where it is wider than the screen. */
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
