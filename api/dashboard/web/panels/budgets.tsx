import { printableLine } from '../../../../platform/printable-text.ts';
import type { Budgets } from '../answers.ts';
import { dateTime, number, percent } from '../formats.ts';
import { Table } from '../components/table.tsx';

const COLUMNS = [
  { title: 'Budget' },
  { title: 'Used of it' },
  { title: 'Used', isWideOnly: true },
  { title: 'Left' },
  { title: 'Credits per 24 hours' },
];
const SCOPES = { user: 'User', app: 'App', team: 'Team' } as const;

/** What is used and left of each budget in the rolling 24 hours: never more than the whole organisation has left. */
export function BudgetsPanel({ budgets, zone }: { readonly budgets: Budgets; readonly zone: string }) {
  const { total, used, left, as_of, teams } = budgets;
  return (
    <section class="card section" aria-labelledby="budgets-title">
      <header class="card-head">
        <h2 id="budgets-title">Budgets of the last 24 hours</h2>
        <span class="faint">as of {dateTime(as_of, zone)}</span>
      </header>
      <Table label="Budgets" kind="budgets" columns={COLUMNS}>
        <tbody>
          <Row name="The whole subscription" used={used} left={left} credits={total} />
          {budgets.budgets.map((budget) => (
            <Row
              key={`${budget.scope} ${budget.name}`}
              name={`${SCOPES[budget.scope]} ${printableLine(budget.name)}`}
              note={budget.users && `${number(budget.users.length)} users`}
              used={budget.used}
              left={budget.left}
              credits={budget.credits}
            />
          ))}
        </tbody>
      </Table>
      {budgets.budgets.length === 0 && (
        <p class="faint">No user, app or team has a budget: each may use all that is left.</p>
      )}
      {teams.map(({ name, users }) => (
        <p key={name} class="faint">
          Team {printableLine(name)}: {users.map(printableLine).join(', ') || 'no one'}
        </p>
      ))}
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly note?: string | undefined;
  readonly used: number;
  readonly left: number;
  readonly credits: number;
}

function Row({ name, note, used, left, credits }: RowProps) {
  const share = credits === 0 ? 0 : Math.min(100, (used / credits) * 100);
  return (
    <tr>
      <th scope="row">
        {name} {note !== undefined && <small class="faint">{note}</small>}
      </th>
      <td class="with-bar">
        <span class="cell-bar" style={{ width: `${share}%` }} />
        <span>{percent(used, credits)}</span>
      </td>
      <td class="wide-only">{number(used)}</td>
      <td class={left === 0 ? 'warn' : undefined}>{number(left)}</td>
      <td>{number(credits)}</td>
    </tr>
  );
}
