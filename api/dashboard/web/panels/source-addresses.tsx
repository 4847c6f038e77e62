import { printableLine } from '../../../../platform/printable-text.ts';
import { useState } from 'preact/hooks';
import type { Addresses } from '../answers.ts';
import { dateTime, number, percent } from '../formats.ts';
import { DownloadButton } from '../components/download-button.tsx';
import { Table } from '../components/table.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import type { Range } from '../intervals.ts';
import { param, setParams } from '../state/address.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import type { Query } from '../state/send.ts';
import { filterParams } from '../state/filters.ts';
import { useLive } from '../state/live.ts';
import { rangeName } from '../state/time-range.ts';

const SHOWN = 20;
const COLUMNS = [
  { title: 'Source address' },
  { title: 'Credits' },
  { title: 'Share', isWideOnly: true },
  { title: 'Calls' },
  { title: 'Rejected', isWideOnly: true },
];

interface SourceAddressesProps {
  readonly org: string;
  readonly range: Range;
  /** The range and the product of the figures on screen. */
  readonly query: Query;
}

/**
 * From which network addresses the calls came. Closed at first: it is read from the events, which takes longer than
 * the other breakdowns, and addresses are personal data.
 */
export function SourceAddresses(props: SourceAddressesProps) {
  const isOpen = param('addresses') === '1';
  return (
    <details
      class="card section addresses"
      open={isOpen}
      onToggle={({ currentTarget: { open } }) => {
        if (open !== isOpen) setParams({ addresses: open ? '1' : null }, { replace: true });
      }}
    >
      <summary>Source addresses</summary>
      {isOpen && <AddressTable {...props} />}
    </details>
  );
}

function AddressTable({ org, range, query }: SourceAddressesProps) {
  const filters = filterParams();
  // A range that ends now stays as it was when it was opened: reading it again with each refresh would cost too much.
  const chosen = rangeName() === 'custom' ? [range.from, range.to] : rangeName();
  const { data, error, isPending, refresh } = useLive<Addresses>(
    `addresses ${org} ${JSON.stringify([chosen, filters, param('product')])}`,
    (signal) =>
      fetchJson(orgPath(org, 'usage/source-addresses'), {
        query: [...query, ...filters, ['top', '1000']],
        signal,
      }),
    null,
  );
  const [isAll, setIsAll] = useState(false);
  if (error) return <ProblemNotice error={error} onRetry={refresh} />;
  if (data === undefined) return <Loading height={200} />;
  const { rows, total } = data;
  const shown = isAll ? rows : rows.slice(0, SHOWN);
  return (
    <div class={isPending ? 'is-pending' : undefined} aria-busy={isPending}>
      <Table label="Usage by source address" columns={COLUMNS}>
        <tbody>
          {shown.map((row) => (
            <Row
              key={row.source_address}
              name={printableLine(row.source_address)}
              figures={row}
              total={total}
            />
          ))}
          {shown.length < rows.length && (
            <Row
              name={`${number(rows.length - shown.length)} more`}
              figures={sumOf(rows.slice(shown.length))}
              total={total}
              isFaint
            />
          )}
          {remainder(data).map(([name, figures]) => (
            <Row key={name} name={name} figures={figures} total={total} isFaint />
          ))}
        </tbody>
        <tfoot>
          <Row name="Total" figures={total} total={total} />
        </tfoot>
      </Table>
      <p class="faint gauge-foot">
        As of {dateTime(data.as_of, 'UTC')} UTC. Addresses are kept since {dateTime(data.kept_since, 'UTC')}{' '}
        UTC.{' '}
        <button type="button" class="link" onClick={refresh}>
          Refresh
        </button>{' '}
        {shown.length < rows.length && (
          <button type="button" class="link" onClick={() => setIsAll(true)}>
            Show all {number(rows.length)} addresses
          </button>
        )}
      </p>
      <DownloadButton
        isLink
        label="Download CSV"
        title="Download CSV of all source addresses"
        path={orgPath(org, 'usage/source-addresses.csv')}
        query={[...inRange(query, data), ...filters]}
      />
    </div>
  );
}

/** The same query with the range of the figures on screen, which stays as it was while the screen refreshes. */
const inRange = (query: Query, { from, to }: Pick<Addresses, 'from' | 'to'>): Query => [
  ...query.filter(([name]) => name !== 'from' && name !== 'to'),
  ['from', from],
  ['to', to],
];

type Figures = Addresses['total'];

/** What has no address of its own. The rows and these add up to the total. */
function remainder(data: Addresses): readonly (readonly [string, Figures])[] {
  const parts = [
    ['All other addresses', data.other],
    ['Published without an address', data.without_address],
    ['Address no longer kept', data.no_longer_kept],
  ] as const;
  return parts.filter(([, { calls }]) => calls > 0);
}

const sumOf = (rows: readonly Figures[]): Figures => ({
  calls: rows.reduce((sum, { calls }) => sum + calls, 0),
  credits: rows.reduce((sum, { credits }) => sum + credits, 0),
  rejected: rows.reduce((sum, { rejected }) => sum + rejected, 0),
});

interface RowProps {
  readonly name: string;
  readonly figures: Figures;
  readonly total: Figures;
  readonly isFaint?: boolean;
}

function Row({ name, figures, total, isFaint = false }: RowProps) {
  return (
    <tr class={isFaint ? 'faint' : undefined}>
      <th scope="row">{name}</th>
      <td>{number(figures.credits)}</td>
      <td class="wide-only">{percent(figures.credits, total.credits)}</td>
      <td>{number(figures.calls)}</td>
      <td class="wide-only">{number(figures.rejected)}</td>
    </tr>
  );
}
