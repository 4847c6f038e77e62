import { budgetsAt, capAt, type Budget } from '../../domain/gate/terms.ts';
import { WHOLE, type LimitName } from '../../domain/gate/scopes.ts';
import { formatInstant } from '../../domain/instants.ts';
import { canonical, Money, ZERO } from '../../domain/money.ts';
import { allowanceAt } from '../../domain/pricing/allowance.ts';
import { guardAt, guardKey, guardsAt } from '../../domain/settings/guard-keys.ts';
import { GateValue, TeamValue } from '../../domain/settings/guard-values.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { readTotal } from '../../store/usage/read.ts';
import { readSealedHours } from '../../store/usage/sealed-hours.ts';
import type { Filters } from '../../store/usage/filters.ts';
import { readBill } from '../../store/statements/bill.ts';
import type { Settings, Sources } from '../dependencies.ts';
import { chooseBegun, findOrg } from '../orgs/subscription.ts';
import type { BudgetsAnswer } from './answer.ts';

const isGate = compiled(GateValue).check;
const isTeam = compiled(TeamValue).check;
/** D: budgets are read in turn, so that one answer takes a part of the server. */
const READS_AT_ONCE = 4;

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
  const used = await readUsedOf(sources, orgId, product, [WHOLE, ...budgets], now);
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

async function readUsedOf(
  { clickhouse }: Sources,
  orgId: string,
  product: string,
  limits: readonly (LimitName & Pick<Budget, 'users'>)[],
  now: number,
): Promise<number[]> {
  const sealed = await readSealedHours(clickhouse, orgId);
  const used: number[] = [];
  for (let start = 0; start < limits.length; start += READS_AT_ONCE) {
    const totals = limits.slice(start, start + READS_AT_ONCE).map(async ({ scope, name, users }) => {
      const filters: Filters = { product };
      if (scope === 'user') filters.user = name;
      if (scope === 'app') filters.app = name;
      if (scope === 'team') filters.user = users ?? [];
      return readTotal(clickhouse, { orgId, sealed, from: Math.max(0, now - DAY_MS), to: now, filters });
    });
    used.push(...(await Promise.all(totals)).map(({ credits }) => credits));
  }
  return used;
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
