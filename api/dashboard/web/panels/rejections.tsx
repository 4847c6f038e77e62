import { printableLine } from '../../../../platform/printable-text.ts';
import type { Budgets, Usage } from '../answers.ts';
import { number } from '../formats.ts';
import { Link } from '../components/link.tsx';
import { Table } from '../components/table.tsx';
import { hrefOf } from '../state/address.ts';

/** How the gate marks what a dry run would have rejected (docs/limits.md). */
const DRY_RUN = 'dry run, ';

interface RejectionsPanelProps {
  /** Of the last 24 hours, by rejection cause. */
  readonly usage: Usage;
  readonly mode: Budgets['gate']['mode'];
}

type Row = Usage['rows'][number];
const isOfDryRun = ({ rejection_cause = '' }: Row): boolean => rejection_cause.startsWith(DRY_RUN);

/**
 * What was rejected in the last 24 hours, and what a dry run would have rejected: those calls were admitted, with their
 * real credits. Each cause leads to its calls.
 */
export function RejectionsPanel({ usage, mode }: RejectionsPanelProps) {
  const causes = usage.rows.filter(({ rejection_cause = '' }) => rejection_cause !== '');
  const ofDryRun = causes.filter(isOfDryRun);
  const rejected = causes.filter((row) => !isOfDryRun(row));
  return (
    <>
      {(ofDryRun.length > 0 || mode === 'dry-run') && (
        <CausesPanel
          id="dry-run-title"
          title="What would have been rejected"
          note="in the last 24 hours, by the dry run"
          emptyText="No call would have been rejected."
          rows={ofDryRun}
          hasCredits
        />
      )}
      {(rejected.length > 0 || mode === 'enforce') && (
        <CausesPanel
          id="rejected-title"
          title="What was rejected"
          note="in the last 24 hours; a rejected call costs no credits"
          emptyText="No call was rejected."
          rows={rejected}
          hasCredits={false}
        />
      )}
    </>
  );
}

interface CausesPanelProps {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly emptyText: string;
  readonly rows: readonly Row[];
  readonly hasCredits: boolean;
}

function CausesPanel({ id, title, note, emptyText, rows, hasCredits }: CausesPanelProps) {
  const sum = (of: 'calls' | 'credits'): number => rows.reduce((all, row) => all + row[of], 0);
  const columns = [{ title: 'Cause' }, { title: 'Calls' }, ...(hasCredits ? [{ title: 'Credits' }] : [])];
  return (
    <section class="card section" aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        <span class="faint">{note}</span>
      </header>
      {rows.length === 0 ? (
        <p class="empty">{emptyText}</p>
      ) : (
        <Table label={`${title}, by cause`} columns={columns}>
          <tbody>
            {rows.map(({ rejection_cause: cause = '', calls, credits }) => (
              <tr key={cause}>
                <th scope="row" class="wrap">
                  <Link href={hrefOf('/calls', { rejection_cause: cause, range: null })}>
                    {printableLine(cause.startsWith(DRY_RUN) ? cause.slice(DRY_RUN.length) : cause)}
                  </Link>
                </th>
                <td>{number(calls)}</td>
                {hasCredits && <td>{number(credits)}</td>}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td>{number(sum('calls'))}</td>
              {hasCredits && <td>{number(sum('credits'))}</td>}
            </tr>
          </tfoot>
        </Table>
      )}
    </section>
  );
}
