import { FieldProblem } from '../components/field-problem.tsx';
import type { Budgets, Usage } from '../answers.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { DAY_MS } from '../../../../schemas/time-units.ts';
import type { Budget } from './budgets.tsx';

/** The ids to choose from: those that used the most. Any other one can be typed. */
const OFFERED = '100';
const FIELDS = { user: 'User ID', app: 'App ID', team: 'Team' } as const;

interface NamesProps {
  readonly org: string;
  readonly product: string;
  readonly scope: Budget['scope'];
  readonly teams: Budgets['teams'];
  readonly name: string;
  readonly problem: string;
  readonly onScope: (scope: Budget['scope']) => void;
  readonly onName: (name: string) => void;
}

/** Chooses whose budget it is. */
export function Names({ org, product, scope, teams, name, problem, onScope, onName }: NamesProps) {
  const { data } = useLive<Usage | undefined>(
    `names ${org} ${product} ${scope}`,
    async (signal) => {
      if (scope === 'team') return undefined;
      const now = Date.now();
      const query = [
        ['from', new Date(now - DAY_MS).toISOString()],
        ['to', new Date(now).toISOString()],
        ['product', product],
        ['group_by', scope],
        ['top', OFFERED],
      ] as const;
      return fetchJson(orgPath(org, 'usage'), { query, signal });
    },
    null,
  );
  const offered = data?.rows.map((row) => (scope === 'app' ? row.app : row.user) ?? '') ?? [];
  return (
    <>
      <label>
        For
        <select
          value={scope}
          onChange={({ currentTarget: { value } }) => {
            if (value === 'user' || value === 'app' || value === 'team') onScope(value);
          }}
        >
          <option value="user">a user</option>
          <option value="app">an app</option>
          <option value="team">a team</option>
        </select>
      </label>
      <label class="grow">
        {FIELDS[scope]}
        {scope === 'team' ? (
          <select value={name} onChange={({ currentTarget: { value } }) => onName(value)}>
            <option value="">{teams.length === 0 ? 'no team yet: set one first' : 'choose …'}</option>
            {teams.map((team) => (
              <option key={team.name} value={team.name}>
                {team.name}
              </option>
            ))}
          </select>
        ) : (
          <input
            value={name}
            maxLength={128}
            autocomplete="off"
            spellcheck={false}
            list="budget-names"
            onInput={({ currentTarget: { value } }) => onName(value)}
          />
        )}
        <datalist id="budget-names">
          {offered.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <FieldProblem name={FIELDS[scope]} problem={problem} />
      </label>
    </>
  );
}
