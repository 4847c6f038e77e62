export interface Column {
  readonly title: string;
  /** Text aligns left, numbers right. */
  readonly isText?: boolean;
  /** Hidden on a phone. */
  readonly isWideOnly?: boolean;
  /** What can be done with a row: not on paper. */
  readonly isAction?: boolean;
}

/** The head of a table. */
export function Columns({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <thead>
      <tr>
        {columns.map(({ title, isText = false, isWideOnly = false, isAction = false }) => (
          <th
            key={title}
            scope="col"
            class={`${isText || isAction ? 'text' : ''} ${isWideOnly ? 'wide-only' : ''} ${isAction ? 'action' : ''}`}
          >
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}
