import { printableLine } from '../../../../platform/printable-text.ts';
import type { Budgets } from '../answers.ts';
import { counted, dateTime, number, percent } from '../formats.ts';
import { ChangeCell } from '../components/change-cell.tsx';
import { Table } from '../components/table.tsx';

const COLUMNS = [
  { title: 'Budget' },
  { title: 'Credits per 24 hours' },
  { title: 'Used', isWideOnly: true },
  { title: 'Share used', isWideOnly: true },
  { title: 'Left' },
];
export const SCOPES = { user: 'User', app: 'App', team: 'Team' } as const;

export type Budget = Budgets['budgets'][number];

interface BudgetsPanelProps {
  readonly budgets: Budgets;
  readonly zone: string;
  /** Opens a budget in its form; undefined for roles that may not change it. */
  readonly onChange: ((budget: Budget) => void) | undefined;
}

/** What is used and left of each budget in the rolling 24 hours: never more than the whole organisation has left. */
export function BudgetsPanel({ budgets, zone, onChange }: BudgetsPanelProps) {
  const { total, used, left, as_of } = budgets;
  const columns = onChange ? [...COLUMNS, { title: 'Actions', isAction: true }] : COLUMNS;
  return (
    <section class="card" aria-labelledby="budgets-title">
      <header class="card-head">
        <h2 id="budgets-title">Budgets of the last 24 hours</h2>
        <span class="faint">as of {dateTime(as_of, zone)}</span>
      </header>
      <Table label="Budgets" kind="budgets" columns={columns}>
        <tbody>
          <tr class="is-whole">
            <th scope="row" class="wrap">
              The whole subscription
            </th>
            <Figures used={used} left={left} credits={total} />
            {onChange && <td class="action" />}
          </tr>
          {budgets.budgets.map((budget) => (
            <tr key={`${budget.scope} ${budget.name}`}>
              <th scope="row" class="wrap">
                {SCOPES[budget.scope]} {printableLine(budget.name)}{' '}
                {budget.users && <small class="faint">{counted(budget.users.length, 'user')}</small>}
              </th>
              <Figures used={budget.used} left={budget.left} credits={budget.credits} />
              {onChange && (
                <ChangeCell
                  label={`Change the budget of ${SCOPES[budget.scope].toLowerCase()} ${printableLine(budget.name)}`}
                  onChange={() => onChange(budget)}
                />
              )}
            </tr>
          ))}
        </tbody>
      </Table>
      <p class="faint gauge-foot">
        {budgets.budgets.length === 0
          ? 'No user, app or team has a budget: each may use all that is left.'
          : 'Each call must fit its budgets and the whole subscription, so no budget has more left than that.'}
      </p>
    </section>
  );
}

interface FiguresProps {
  readonly used: number;
  readonly left: number;
  readonly credits: number;
}

function Figures({ used, left, credits }: FiguresProps) {
  // Nothing of nothing is all of it: a budget of 0 admits no call.
  const share = credits === 0 ? 100 : Math.min(100, (used / credits) * 100);
  return (
    <>
      <td>{number(credits)}</td>
      <td class="wide-only">{number(used)}</td>
      <td class="with-bar wide-only">
        <span class={left === 0 ? 'cell-bar is-full' : 'cell-bar'} style={{ width: `${share}%` }} />
        <span>{credits === 0 ? '–' : percent(used, credits)}</span>
      </td>
      <td class={left === 0 ? 'warn' : undefined}>{number(left)}</td>
    </>
  );
}
