import { budgetsAt, capAt } from '../../domain/gate/terms.ts';
import { WHOLE } from '../../domain/gate/scopes.ts';
import { formatInstant } from '../../domain/instants.ts';
import { canonical, Money, ZERO } from '../../domain/money.ts';
import { allowanceAt } from '../../domain/pricing/allowance.ts';
import { guardAt, guardKey, guardsAt } from '../../domain/settings/guard-keys.ts';
import { GateValue, TeamValue } from '../../domain/settings/guard-values.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import { readSealedHours } from '../../store/usage/sealed-hours.ts';
import { readUsedOfLimits } from '../../store/usage/used-of-limits.ts';
import { readBill } from '../../store/statements/bill.ts';
import type { Settings, Sources } from '../dependencies.ts';
import { chooseBegun, findOrg } from '../orgs/subscription.ts';
import type { BudgetsAnswer } from './answer.ts';

const isGate = compiled(GateValue).check;
const isTeam = compiled(TeamValue).check;

/** The budgets of a subscription now. Throws the Problems of findOrg and chooseBegun. */
export async function readBudgets(
  sources: Sources,
  settings: Settings,
  orgId: string,
  requested: string | undefined,
): Promise<BudgetsAnswer> {
  const now = sources.now();
  const org = findOrg(settings, orgId);
  const subscription = chooseBegun(org, requested, now);
  const { product } = subscription;
  const guards = settings.guards(orgId);
  const allowance = allowanceAt(settings.catalogues, subscription, now);
  const total = allowance ? allowance.included + allowance.additionalLimit : 0;
  const budgets = budgetsAt(guards, product, now);
  const sealed = await readSealedHours(sources.clickhouse, orgId);
  const request = { orgId, product, sealed, asOf: now };
  const used = await readUsedOfLimits(sources.clickhouse, request, [WHOLE, ...budgets]);
  const [usedInAll = 0, ...usedOfEach] = used;
  const left = Math.max(0, total - usedInAll);
  const gate = guardAt(guards, guardKey('gate', product), now);
  return {
    org_id: orgId,
    product,
    as_of: formatInstant(now),
    gate: isGate(gate) ? gate : { mode: 'enforce', when_unreachable: null },
    total,
    used: usedInAll,
    left,
    budgets: budgets.map(({ scope, name, credits, users }, index) => {
      const usedOfOne = usedOfEach[index] ?? 0;
      const leftOfOne = Math.min(left, Math.max(0, credits - usedOfOne));
      const shown = { scope, name, credits, used: usedOfOne, left: leftOfOne };
      return users ? Object.assign(shown, { users: [...users] }) : shown;
    }),
    teams: guardsAt(guards, 'team', '', now).flatMap((team) =>
      isTeam(team) && team.users !== null ? [{ name: team.name, users: team.users }] : [],
    ),
    spending_cap: await readCap(sources, settings, { org, product }, capAt(guards, product, now)),
  };
}

async function readCap(
  sources: Sources,
  settings: Settings,
  { org, product }: { readonly org: ReturnType<typeof findOrg>; readonly product: string },
  cap: Money | undefined,
): Promise<BudgetsAnswer['spending_cap']> {
  if (cap === undefined) return null;
  const { currency, period, accrued } = await readBill(sources, {
    org,
    subscription: chooseBegun(org, product, sources.now()),
    catalogues: settings.catalogues,
  });
  return {
    amount: canonical(cap),
    currency,
    period: { from: period.from, to: period.to },
    spent: canonical(accrued.amount),
    left: canonical(Money.max(ZERO, cap.minus(accrued.amount))),
  };
}
