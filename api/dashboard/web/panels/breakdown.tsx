import { useMemo, useState } from 'preact/hooks';
import type { Breakdown as BreakdownAnswer } from '../answers.ts';
import { number, percent } from '../formats.ts';
import { SortHeader, type Column, type Figure } from './sort-header.tsx';
import { Path } from '../components/path.tsx';
import { UsageDownload } from './usage-download.tsx';
import type { Query } from '../state/send.ts';
import { filterOf, isPath, labelOf, TITLES, toggleFilter, type Dimension } from '../state/filters.ts';

const SHOWN = 8;
const MORE = 50;
const SEARCHABLE_FROM = 9;

interface Row {
  readonly value: string;
  readonly name: string;
  readonly credits: number;
  readonly calls: number;
  readonly rejected: number;
}

interface BreakdownProps {
  readonly dimension: Dimension;
  readonly usage: BreakdownAnswer;
  readonly org: string;
  /** The range and the product of the usage. */
  readonly query: Query;
  /** Counts rejected calls only, as they cost nothing. */
  readonly countsRejections?: boolean;
}

/** Usage by one dimension. A click filters the whole screen; this panel keeps listing the other values. */
export function Breakdown({ dimension, usage, org, query, countsRejections = false }: BreakdownProps) {
  const [sort, setSort] = useState<Column>(countsRejections ? 'rejected' : 'credits');
  const [search, setSearch] = useState('');
  const [limit, setLimit] = useState(SHOWN);
  const all = useMemo(() => rowsOf(dimension, usage, countsRejections), [dimension, usage, countsRejections]);
  const selected = filterOf(dimension);
  const needle = search.trim().toLocaleLowerCase();
  const found = all
    .filter(({ name }) => name.toLocaleLowerCase().includes(needle))
    .toSorted((a, b) =>
      sort === 'name' ? a.name.localeCompare(b.name) : b[sort] - a[sort] || a.name.localeCompare(b.name),
    );
  const measure: Figure = countsRejections ? 'rejected' : sort === 'name' ? 'credits' : sort;
  const most = Math.max(1, ...all.map((row) => row[measure]));
  const whole = usage.total[measure];
  const columns: readonly (readonly [Figure, string])[] = countsRejections
    ? [['rejected', 'Rejected']]
    : [
        ['credits', 'Credits'],
        ['calls', 'Calls'],
      ];
  const title = TITLES[dimension];
  const id = `by-${dimension}`;
  const other = usage.other[0];
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
            <tr key={row.value} class={selected.includes(row.value) ? 'is-selected' : undefined}>
              <th scope="row">
                <button
                  type="button"
                  class="bar-button"
                  aria-pressed={selected.includes(row.value)}
                  title={`${row.name}: ${percent(row[measure], whole)}`}
                  onClick={() => toggleFilter(dimension, row.value)}
                >
                  <span class="bar" style={{ width: `${(row[measure] / most) * 100}%` }} />
                  <span class="bar-name">{isPath(dimension) ? <Path text={row.name} /> : row.name}</span>
                </button>
              </th>
              {columns.map(([column]) => (
                <td key={column}>{number(row[column])}</td>
              ))}
            </tr>
          ))}
          {found.length > limit && (
            <tr class="print-only">
              <th scope="row">{number(found.length - limit)} more</th>
              {columns.map(([column]) => (
                <td key={column}>{number(sumOf(found.slice(limit), column))}</td>
              ))}
            </tr>
          )}
          {other && needle === '' && !countsRejections && found.length <= limit && (
            <tr class="faint">
              <th scope="row">All others</th>
              <td>{number(other.credits)}</td>
              <td>{number(other.calls)}</td>
            </tr>
          )}
        </tbody>
      </table>
      {found.length === 0 && (
        <p class="empty">
          {needle === ''
            ? emptyText(countsRejections)
            : `No ${title.one.toLocaleLowerCase()} matches the search.`}
        </p>
      )}
      {other && needle !== '' && (
        <p class="faint">
          Only the {number(all.length)} with the most credits are searched.{' '}
          <button type="button" class="link" onClick={() => toggleFilter(dimension, search.trim())}>
            Filter by “{search.trim()}”
          </button>
        </p>
      )}
      {found.length > limit && (
        <button type="button" class="link" onClick={() => setLimit(limit + MORE)}>
          Show {number(Math.min(MORE, found.length - limit))} more of {number(found.length)}
        </button>
      )}
      {limit > SHOWN && (
        <button type="button" class="link" onClick={() => setLimit(SHOWN)}>
          Show fewer
        </button>
      )}
      {dimension === 'route' && all.some(({ name }) => name.includes('{id}')) && (
        <p class="faint">{'{id}'} stands for any record. Choose a route to see its endpoints.</p>
      )}
      {all.length > 0 && (
        <UsageDownload
          org={org}
          query={[...query, ['group_by', dimension]]}
          title={`Download CSV of all ${title.many.toLocaleLowerCase()}`}
          without={dimension}
        />
      )}
    </section>
  );
}

const sumOf = (rows: readonly Row[], figure: Figure): number =>
  rows.reduce((sum, row) => sum + row[figure], 0);

const emptyText = (countsRejections: boolean): string =>
  countsRejections ? 'No calls were rejected.' : 'No calls in this range.';

function rowsOf(dimension: Dimension, usage: BreakdownAnswer, countsRejections: boolean): readonly Row[] {
  const rows = usage.rows.map(({ credits, calls, rejected, ...row }): Row => {
    const value = String(row[dimension] ?? '');
    return { value, name: labelOf(dimension, value), credits, calls, rejected };
  });
  return countsRejections ? rows.filter(({ rejected }) => rejected > 0) : rows;
}
