export interface Column {
  readonly title: string;
  /** Text aligns left, numbers right. */
  readonly isText?: boolean;
  /** Hidden on a phone. */
  readonly isWideOnly?: boolean;
}

/** The head of a table. */
export function Columns({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <thead>
      <tr>
        {columns.map(({ title, isText = false, isWideOnly = false }) => (
          <th key={title} scope="col" class={`${isText ? 'text' : ''} ${isWideOnly ? 'wide-only' : ''}`}>
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}
