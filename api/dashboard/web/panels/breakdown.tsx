import { useMemo, useState } from 'preact/hooks';
import type { Usage } from '../answers.ts';
import { number, percent } from '../formats.ts';
import { Path } from '../parts/path.tsx';
import { filterOf, labelOf, TITLES, toggleFilter, type Dimension } from '../state/filters.ts';

const SHOWN = 8;
const MORE = 50;
const SEARCHABLE_FROM = 9;

type Figure = 'credits' | 'calls' | 'rejected';
type Column = 'name' | Figure;
interface Row {
  readonly value: string;
  readonly name: string;
  readonly credits: number;
  readonly calls: number;
  readonly rejected: number;
}

interface BreakdownProps {
  readonly dimension: Dimension;
  readonly usage: Usage;
  /** Only what was rejected, counted by calls: rejections cost nothing. */
  readonly isOfRejections?: boolean;
}

/** Consumption by one dimension. A click filters everything by it; its own panel goes on showing the others. */
export function Breakdown({ dimension, usage, isOfRejections = false }: BreakdownProps) {
  const [sort, setSort] = useState<Column>(isOfRejections ? 'rejected' : 'credits');
  const [search, setSearch] = useState('');
  const [limit, setLimit] = useState(SHOWN);
  const all = useMemo(() => rowsOf(dimension, usage, isOfRejections), [dimension, usage, isOfRejections]);
  const chosen = filterOf(dimension);
  const needle = search.trim().toLocaleLowerCase();
  const found = all
    .filter(({ name }) => name.toLocaleLowerCase().includes(needle))
    .toSorted((a, b) =>
      sort === 'name' ? a.name.localeCompare(b.name) : b[sort] - a[sort] || a.name.localeCompare(b.name),
    );
  const measure: Figure = isOfRejections ? 'rejected' : sort === 'name' ? 'credits' : sort;
  const most = Math.max(1, ...all.map((row) => row[measure]));
  const whole = usage.total[measure];
  const columns: readonly (readonly [Figure, string])[] = isOfRejections
    ? [['rejected', 'Rejected']]
    : [
        ['credits', 'Credits'],
        ['calls', 'Calls'],
      ];
  const title = TITLES[dimension];
  const id = `by-${dimension}`;
  const other = usage.other?.[0];
  return (
    <section class={`card breakdown of-${dimension}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title.many}</h2>
        <span class="faint">
          {number(all.length)}
          {other && ' largest'}
        </span>
        {all.length >= SEARCHABLE_FROM && (
          <input
            type="search"
            placeholder={`Find ${title.one.toLocaleLowerCase()}`}
            aria-label={`Find ${title.one.toLocaleLowerCase()}`}
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        )}
      </header>
      <table>
        <thead>
          <tr>
            <SortHeader column="name" title={title.one} sort={sort} onSort={setSort} />
            {columns.map(([column, heading]) => (
              <SortHeader key={column} column={column} title={heading} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {found.slice(0, limit).map((row) => (
            <tr key={row.value} class={chosen.includes(row.value) ? 'is-chosen' : undefined}>
              <th scope="row">
                <button
                  type="button"
                  class="bar-button"
                  aria-pressed={chosen.includes(row.value)}
                  title={`${row.name}: ${percent(row[measure], whole)}`}
                  onClick={() => toggleFilter(dimension, row.value)}
                >
                  <span class="bar" style={{ width: `${(row[measure] / most) * 100}%` }} />
                  <span class="bar-name">
                    {dimension === 'endpoint' ? <Path text={row.name} /> : row.name}
                  </span>
                </button>
              </th>
              {columns.map(([column]) => (
                <td key={column}>{number(row[column])}</td>
              ))}
            </tr>
          ))}
          {other && needle === '' && !isOfRejections && found.length <= limit && (
            <tr class="faint">
              <th scope="row">all others together</th>
              <td>{number(other.credits)}</td>
              <td>{number(other.calls)}</td>
            </tr>
          )}
        </tbody>
      </table>
      {found.length === 0 && (
        <p class="empty">
          {needle === '' ? emptyText(isOfRejections) : `No ${title.one.toLocaleLowerCase()} named like that.`}
        </p>
      )}
      {other && needle !== '' && (
        <p class="faint">
          Searched are the {number(all.length)} with the most credits.{' '}
          <button type="button" class="link" onClick={() => toggleFilter(dimension, search.trim())}>
            Filter by exactly “{search.trim()}”
          </button>
        </p>
      )}
      {found.length > limit && (
        <button type="button" class="link" onClick={() => setLimit(limit + MORE)}>
          {number(found.length - limit)} more
        </button>
      )}
      {limit > SHOWN && (
        <button type="button" class="link" onClick={() => setLimit(SHOWN)}>
          Show fewer
        </button>
      )}
    </section>
  );
}

const emptyText = (isOfRejections: boolean): string =>
  isOfRejections ? 'No call was rejected.' : 'No calls in this range.';

function rowsOf(dimension: Dimension, usage: Usage, isOfRejections: boolean): readonly Row[] {
  const rows = usage.rows.map(({ credits, calls, rejected, ...row }): Row => {
    const value = String(row[dimension] ?? '');
    return { value, name: labelOf(dimension, value), credits, calls, rejected };
  });
  return isOfRejections ? rows.filter(({ rejected }) => rejected > 0) : rows;
}

interface SortHeaderProps {
  readonly column: Column;
  readonly title: string;
  readonly sort: Column;
  readonly onSort: (column: Column) => void;
}

function SortHeader({ column, title, sort, onSort }: SortHeaderProps) {
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
