import { parseMoney, type Money } from '../money.ts';
import { allowanceAt } from '../pricing/allowance.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import { guardAt, guardKey, guardsAt, type Guards } from '../settings/guard-keys.ts';
import { BudgetValue, GateValue, SpendingCapValue, TeamValue } from '../settings/guard-values.ts';
import type { SettingsState } from '../settings/state.ts';
import { subscriptionOf } from '../settings/org-history.ts';
import type { GateMode, WhenUnreachable } from './protocol.ts';
import type { BudgetName } from './scopes.ts';

/** A limit below the subscription's, in credits of 24 hours. */
export interface Budget extends BudgetName {
  readonly credits: number;
}

/** What the gate enforces for a subscription. */
export interface GateTerms {
  /** The credits that 24 hours may use: included and additional. */
  readonly total: number;
  /** Of a billing period; undefined without one. */
  readonly cap: Money | undefined;
  readonly budgets: readonly Budget[];
  readonly mode: GateMode;
  /** Undefined: the API server decides. */
  readonly whenUnreachable: WhenUnreachable | undefined;
}

/**
 * The terms for grants at an instant. A total that falls within the length of a lease counts from now on, so that no
 * lease outlasts it.
 * @returns undefined where there is no subscription
 * @throws UnknownEditionError
 */
export function gateTermsAt(
  settings: SettingsState,
  orgId: string,
  product: string,
  now: number,
  leaseMs: number,
): GateTerms | undefined {
  const history = settings.history(orgId);
  const subscription = history && subscriptionOf(history, product);
  if (subscription === undefined) return undefined;
  const totals = [now, now + leaseMs].map((instant) => {
    const allowance = allowanceAt(settings.catalogues, subscription, instant);
    return allowance && allowance.included + allowance.additionalLimit;
  });
  const [current, soon] = totals;
  if (current === undefined) return undefined;
  const guards = settings.guards(orgId);
  const gate = guardAt(guards, guardKey('gate', product), now);
  const { mode = 'enforce', when_unreachable = null } = isGate(gate) ? gate : {};
  return {
    total: Math.min(current, soon ?? 0),
    cap: capAt(guards, product, now),
    budgets: budgetsAt(guards, product, now),
    mode,
    whenUnreachable: when_unreachable ?? undefined,
  };
}

/** The cap on a billing period's spending that is in effect at an instant. */
export function capAt(guards: Guards, product: string, now: number): Money | undefined {
  const cap = guardAt(guards, guardKey('spending-cap', product), now);
  return isCap(cap) && cap.amount !== null ? parseMoney(cap.amount) : undefined;
}

/** The budgets that are in effect at an instant; a team's with its members then. */
export function budgetsAt(guards: Guards, product: string, now: number): Budget[] {
  return guardsAt(guards, 'budget', product, now).flatMap((value): Budget[] => {
    if (!isBudget(value) || value.credits === null) return [];
    const { scope, name, credits } = value;
    if (scope !== 'team') return [{ scope, name, credits }];
    const team = guardAt(guards, guardKey('team', '', 'team', name), now);
    return [{ scope, name, credits, users: isTeam(team) ? (team.users ?? []) : [] }];
  });
}

const isGate = compiled(GateValue).check;
const isCap = compiled(SpendingCapValue).check;
const isBudget = compiled(BudgetValue).check;
const isTeam = compiled(TeamValue).check;
