import { printableLine } from '../../../../platform/printable-text.ts';
import type { Budgets, Usage } from '../answers.ts';
import { number } from '../formats.ts';
import { Table } from '../components/table.tsx';

/** How the gate marks what a dry run would have rejected (docs/limits.md). */
const DRY_RUN = 'dry run, ';
const COLUMNS = [{ title: 'Cause' }, { title: 'Calls' }, { title: 'Credits' }];

interface DryRunPanelProps {
  /** Of the last 24 hours, by rejection cause. */
  readonly usage: Usage;
  readonly mode: Budgets['gate']['mode'];
}

/** What a dry run would have rejected in the last 24 hours: the calls were admitted, with their real credits. */
export function DryRunPanel({ usage, mode }: DryRunPanelProps) {
  const rows = usage.rows.filter(({ rejection_cause = '' }) => rejection_cause.startsWith(DRY_RUN));
  if (rows.length === 0 && mode !== 'dry-run') return null;
  const sum = (of: 'calls' | 'credits'): number => rows.reduce((all, row) => all + row[of], 0);
  return (
    <section class="card section" aria-labelledby="dry-run-title">
      <header class="card-head">
        <h2 id="dry-run-title">What would have been rejected</h2>
        <span class="faint">in the last 24 hours, by the dry run</span>
      </header>
      {rows.length === 0 ? (
        <p class="empty">Nothing: every call was within the limit and the budgets.</p>
      ) : (
        <Table label="Calls that would have been rejected" columns={COLUMNS}>
          <tbody>
            {rows.map(({ rejection_cause = '', calls, credits }) => (
              <tr key={rejection_cause}>
                <th scope="row">{printableLine(rejection_cause.slice(DRY_RUN.length))}</th>
                <td>{number(calls)}</td>
                <td>{number(credits)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td>{number(sum('calls'))}</td>
              <td>{number(sum('credits'))}</td>
            </tr>
          </tfoot>
        </Table>
      )}
    </section>
  );
}
