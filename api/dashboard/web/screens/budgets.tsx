import { useState } from 'preact/hooks';
import type { Budgets as BudgetsAnswer, Usage } from '../answers.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { PrintHeading } from '../components/print-heading.tsx';
import { BudgetForm } from '../panels/budget-form.tsx';
import { BudgetsPanel, type Budget } from '../panels/budgets.tsx';
import { GatePanel } from '../panels/gate.tsx';
import { NotSubscribed } from '../panels/products.tsx';
import { RejectionsPanel } from '../panels/rejections.tsx';
import { SpendingCapPanel } from '../panels/spending-cap.tsx';
import { TeamForm } from '../panels/team-form.tsx';
import { TeamsPanel, type Team } from '../panels/teams.tsx';
import { param } from '../state/address.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { may } from '../state/permissions.ts';
import { chosenZone } from '../state/zone.ts';
import { DAY_MS } from '../../../../schemas/time-units.ts';
import type { ScreenProps } from './screens.ts';

const REFRESH_MS = 15_000;

interface BudgetsData {
  readonly budgets: BudgetsAnswer;
  /** Rejected calls of the same 24 hours, and those that a dry run would have rejected, by cause. */
  readonly causes: Usage;
}

/** What users, apps and teams may use below the organisation's limit, what a period may cost, and who enforces it. */
export function BudgetsScreen({ org, profile }: ScreenProps) {
  const product = param('product') || (profile.products[0] ?? '');
  const live = useLive<BudgetsData>(
    `budgets ${org} ${product}`,
    async (signal) => {
      const budgets = await fetchJson<BudgetsAnswer>(orgPath(org, 'budgets'), {
        query: product === '' ? [] : [['product', product]],
        signal,
      });
      const to = Date.parse(budgets.as_of);
      const causes = await fetchJson<Usage>(orgPath(org, 'usage'), {
        query: [
          ['from', new Date(to - DAY_MS).toISOString()],
          ['to', budgets.as_of],
          ['group_by', 'rejection_cause'],
          ['product', budgets.product],
        ],
        signal,
      });
      return { budgets, causes };
    },
    REFRESH_MS,
  );
  const { data, error } = live;
  if (error?.type === 'no-subscription') return <NotSubscribed product={product} />;
  if (data === undefined) {
    return error ? <ProblemNotice error={error} onRetry={live.refresh} /> : <Loading height={480} />;
  }
  const { budgets, causes } = data;
  const zone = chosenZone() || profile.zone;
  return (
    <div class={live.isPending ? 'is-pending' : undefined} aria-busy={live.isPending}>
      <h1 class="sr-only">Budgets</h1>
      <PrintHeading screen="Budgets" org={org} product={budgets.product} zone={zone} asOf={budgets.as_of} />
      <Budgets org={org} budgets={budgets} zone={zone} onChanged={live.refresh} />
      <div class="pair section">
        <SpendingCapPanel org={org} budgets={budgets} onChanged={live.refresh} />
        <GatePanel org={org} budgets={budgets} onChanged={live.refresh} />
      </div>
      <RejectionsPanel usage={causes} mode={budgets.gate.mode} />
    </div>
  );
}

interface BudgetsProps {
  readonly org: string;
  readonly budgets: BudgetsData['budgets'];
  readonly zone: string;
  readonly onChanged: () => void;
}

/** The budgets and teams, and beside each other the forms to set them; a row opens in its form. */
function Budgets({ org, budgets, zone, onChanged }: BudgetsProps) {
  const [budget, setBudget] = useState<Budget>();
  const [team, setTeam] = useState<Team>();
  // Counts what was saved, so that the forms begin again.
  const [saved, setSaved] = useState(0);
  const mayChange = may('change-budgets');
  const close = (): void => {
    setBudget(undefined);
    setTeam(undefined);
    setSaved(saved + 1);
  };
  const onSaved = (): void => {
    close();
    onChanged();
  };
  return (
    <>
      <BudgetsPanel budgets={budgets} zone={zone} onChange={mayChange ? setBudget : undefined} />
      <TeamsPanel teams={budgets.teams} onChange={mayChange ? setTeam : undefined} />
      {mayChange && (
        <div class="pair section">
          <BudgetForm
            key={`${saved} ${budget?.scope} ${budget?.name}`}
            org={org}
            budgets={budgets}
            present={budget}
            onSaved={onSaved}
            onCancel={close}
          />
          <TeamForm
            key={`${saved} ${team?.name}`}
            org={org}
            teams={budgets.teams}
            present={team}
            onSaved={onSaved}
            onCancel={close}
          />
        </div>
      )}
    </>
  );
}
