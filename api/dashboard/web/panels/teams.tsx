import { printableLine } from '../../../../platform/printable-text.ts';
import type { Budgets } from '../answers.ts';
import { ChangeCell } from '../components/change-cell.tsx';
import { Table } from '../components/table.tsx';
import { number } from '../formats.ts';

/** As many members as are read at a glance; all of them are in the form. */
const SHOWN = 10;
const COLUMNS = [
  { title: 'Team' },
  { title: 'Users' },
  { title: 'User IDs', isText: true, isWideOnly: true },
  { title: 'Actions', isAction: true },
];

export type Team = Budgets['teams'][number];

interface TeamsPanelProps {
  readonly teams: readonly Team[];
  /** Opens a team in its form; undefined for roles that may not change it. */
  readonly onChange: ((team: Team) => void) | undefined;
}

/** The teams, of all products. Renders nothing where there is none. */
export function TeamsPanel({ teams, onChange }: TeamsPanelProps) {
  if (teams.length === 0) return null;
  return (
    <section class="card section" aria-labelledby="teams-title">
      <header class="card-head">
        <h2 id="teams-title">Teams</h2>
        <span class="faint">sets of users that can share a budget, of all products</span>
      </header>
      <Table label="Teams and their users" columns={onChange ? COLUMNS : COLUMNS.slice(0, -1)}>
        <tbody>
          {teams.map((team) => (
            <tr key={team.name}>
              <th scope="row" class="wrap">
                {printableLine(team.name)}
              </th>
              <td>{number(team.users.length)}</td>
              <td class="text wrap wide-only">{membersText(team.users)}</td>
              {onChange && (
                <ChangeCell
                  label={`Change the team ${printableLine(team.name)}`}
                  onChange={() => onChange(team)}
                />
              )}
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}

function membersText(users: readonly string[]): string {
  const names = users.slice(0, SHOWN).map(printableLine).join(', ');
  return users.length > SHOWN ? `${names} and ${number(users.length - SHOWN)} more` : names;
}
