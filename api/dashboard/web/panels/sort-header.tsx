export type Figure = 'credits' | 'calls' | 'rejected';
export type Column = 'name' | Figure;

interface SortHeaderProps {
  readonly column: Column;
  readonly title: string;
  readonly sort: Column;
  readonly onSort: (column: Column) => void;
}

/** A column heading that sorts the table by its column. */
export function SortHeader({ column, title, sort, onSort }: SortHeaderProps) {
  const isSorted = sort === column;
  return (
    <th scope="col" aria-sort={isSorted ? (column === 'name' ? 'ascending' : 'descending') : undefined}>
      <button type="button" class="sort" onClick={() => onSort(column)}>
        {title}
        <span aria-hidden="true">{isSorted ? (column === 'name' ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
}
