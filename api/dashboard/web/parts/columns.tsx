export interface Column {
  readonly title: string;
  /** Numbers stand at the right, text at the left. */
  readonly isText?: boolean;
  /** Left out on a phone. */
  readonly isWideOnly?: boolean;
}

/** A table's heading. */
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
