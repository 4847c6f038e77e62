import type { Budgets, Usage } from '../answers.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { PrintHeading } from '../components/print-heading.tsx';
import { BudgetForm, TeamForm } from '../panels/budget-forms.tsx';
import { BudgetsPanel } from '../panels/budgets.tsx';
import { DryRunPanel } from '../panels/dry-run.tsx';
import { GatePanel } from '../panels/gate.tsx';
import { NotSubscribed } from '../panels/products.tsx';
import { SpendingCapPanel } from '../panels/spending-cap.tsx';
import { param } from '../state/address.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { may } from '../state/permissions.ts';
import { chosenZone } from '../state/zone.ts';
import { DAY_MS } from '../../../../schemas/time-units.ts';
import type { ScreenProps } from './screens.ts';

const REFRESH_MS = 15_000;

interface BudgetsData {
  readonly budgets: Budgets;
  /** Rejected calls of the same 24 hours, and those that a dry run would have rejected, by cause. */
  readonly causes: Usage;
}

/** What users, apps and teams may use below the organisation's limit, what a period may cost, and who enforces it. */
export function BudgetsScreen({ org, profile }: ScreenProps) {
  const product = param('product') || (profile.products[0] ?? '');
  const live = useLive<BudgetsData>(
    `budgets ${org} ${product}`,
    async (signal) => {
      const budgets = await fetchJson<Budgets>(orgPath(org, 'budgets'), {
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
  const key = `${budgets.product} ${budgets.gate.mode} ${budgets.gate.when_unreachable}`;
  return (
    <div class={live.isPending ? 'is-pending' : undefined} aria-busy={live.isPending}>
      <h1 class="sr-only">Budgets</h1>
      <PrintHeading screen="Budgets" org={org} product={budgets.product} zone={zone} asOf={budgets.as_of} />
      <div class="pair">
        <GatePanel key={key} org={org} budgets={budgets} onChanged={live.refresh} />
        <SpendingCapPanel
          key={`cap ${budgets.spending_cap?.amount}`}
          org={org}
          budgets={budgets}
          onChanged={live.refresh}
        />
      </div>
      <BudgetsPanel budgets={budgets} zone={zone} />
      {may('change-budgets') && (
        <div class="pair section">
          <BudgetForm org={org} budgets={budgets} onChanged={live.refresh} />
          <TeamForm org={org} budgets={budgets} onChanged={live.refresh} />
        </div>
      )}
      <DryRunPanel usage={causes} mode={budgets.gate.mode} />
    </div>
  );
}
