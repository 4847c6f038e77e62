import type { Bill, Statements } from '../answers.ts';
import { dates, money, number } from '../formats.ts';
import { DownloadButton } from '../components/download-button.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { Table } from '../components/table.tsx';
import { setParams } from '../state/address.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';

const REFRESH_MS = 60_000;
const COLUMNS = [
  { title: 'Billing period' },
  { title: 'Status', isText: true, isWideOnly: true },
  { title: 'Billed credits', isWideOnly: true },
  { title: 'Amount' },
  { title: 'Statement', isAction: true },
];
const STATUS = {
  open: ['is-open', 'Late calls may still arrive'],
  closed: ['is-plain', 'Charged. A late call changes it until it is final'],
  final: ['is-final', 'Final: it never changes'],
} as const;

interface PastStatementsProps {
  readonly org: string;
  readonly bill: Bill;
}

/** The billing periods before the current one, each with its total and its files. */
export function PastStatements({ org, bill: { product, period } }: PastStatementsProps) {
  const { data, error, refresh } = useLive<Statements>(
    `statements ${org} ${product} ${period.from}`,
    (signal) => fetchJson(orgPath(org, 'billing/statements'), { query: [['product', product]], signal }),
    REFRESH_MS,
  );
  // The current period has a panel of its own.
  const past = data?.statements.filter(({ from }) => from < period.from);
  return (
    <section class="card" aria-labelledby="statements-title">
      <header class="card-head">
        <h2 id="statements-title">Past statements</h2>
        <span class="faint">the last 12 billing periods</span>
      </header>
      {error?.isPermanent === true && <ProblemNotice error={error} onRetry={refresh} />}
      {past === undefined && !error && <p class="empty">Loading the statements …</p>}
      {past?.length === 0 && <p class="empty">No billing period has ended yet.</p>}
      {data && past && past.length > 0 && (
        <Table label="Statements of past billing periods" kind="statements" columns={COLUMNS}>
          <tbody>
            {past.map((statement) => (
              <Row key={statement.from} org={org} statements={data} statement={statement} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

interface RowProps {
  readonly org: string;
  readonly statements: Statements;
  readonly statement: Statements['statements'][number];
}

function Row({ org, statements: { product, currency }, statement }: RowProps) {
  const { from, to, status, billed_credits, amount, rounded_amount } = statement;
  const name = dates(from, to);
  const [kind, title] = STATUS[status];
  const query = [
    ['product', product],
    ['from', from],
    ['to', to],
  ] as const;
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="link"
          title={`Show the days of ${name}`}
          onClick={() => setParams({ days_from: from, days_to: to, day: null })}
        >
          {name}
        </button>
      </th>
      <td class="text wide-only">
        <span class={`pill ${kind}`} title={title}>
          {status}
        </span>
      </td>
      <td class={billed_credits === 0 ? 'wide-only is-zero' : 'wide-only'}>{number(billed_credits)}</td>
      <td class={rounded_amount === '0' ? 'is-zero' : undefined} title={`Exactly ${money(amount, currency)}`}>
        {money(rounded_amount, currency)}
      </td>
      <td class="text action">
        <DownloadButton
          isLink
          label="CSV"
          title={`Download the statement of ${name} as CSV`}
          path={orgPath(org, 'billing/statement.csv')}
          query={query}
        />{' '}
        <DownloadButton
          isLink
          label="PDF"
          title={`Download the statement of ${name} as PDF`}
          path={orgPath(org, 'billing/statement.pdf')}
          query={query}
        />
      </td>
    </tr>
  );
}
