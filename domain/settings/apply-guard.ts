import { priceBookAt, type Catalogues } from '../catalogues/catalogues.ts';
import { canonical, Money } from '../money.ts';
import { isName } from '../../schemas/event-rules.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { effectiveAt, parseValue } from './change-rules.ts';
import type { FoldedOrg } from './folded-org.ts';
import { guardKey } from './guard-keys.ts';
import {
  BudgetValue,
  GateValue,
  GUARD_KINDS,
  SpendingCapValue,
  TeamValue,
  type GuardKind,
} from './guard-values.ts';
import { rejectedChange } from './rejected-change.ts';
import { VersionList } from './version-list.ts';

/** D: each is a ledger of its own, and the client of the gate compares each call with all. */
const MAX_GUARDS = 200;

export const isGuardKind = (kind: string): kind is GuardKind => GUARD_KINDS.some((each) => each === kind);

/** The settings of an organisation after a change of a guard. @throws SettingsRejectedError */
export function applyGuardChange(
  before: FoldedOrg,
  change: LoggedChange,
  kind: GuardKind,
  catalogues: Catalogues,
): FoldedOrg {
  const { key, value } = readGuard(before, change, kind, catalogues);
  const known = before.guards.get(key);
  if (known === undefined && before.guards.size >= MAX_GUARDS) {
    const message = `${before.orgId} has ${MAX_GUARDS} budgets, teams and caps already, the most that are kept`;
    throw rejectedChange('too-many-guards', '', message);
  }
  const version = {
    value: JSON.stringify(value),
    effectiveAt: effectiveAt(change),
    recordedAt: change.appended_at,
    recordedBy: change.recorded_by,
    reason: change.reason,
    offset: change.offset,
  };
  return { ...before, guards: new Map(before.guards).set(key, VersionList.add(known, version)) };
}

function readGuard(
  org: FoldedOrg,
  change: LoggedChange,
  kind: GuardKind,
  catalogues: Catalogues,
): { readonly key: string; readonly value: object } {
  const { product, value } = change;
  if (kind === 'team') {
    const team = parseValue(TeamValue, value);
    assertNames([team.name, ...(team.users ?? [])]);
    if (team.users === null) assertUnused(org, team.name);
    return { key: guardKey('team', '', 'team', team.name), value: team };
  }
  if (!org.subscriptions.has(product)) {
    throw rejectedChange('no-subscription', '', `${org.orgId} has no subscription to ${product}`);
  }
  if (kind === 'gate') return { key: guardKey('gate', product), value: parseValue(GateValue, value) };
  if (kind === 'spending-cap') {
    const { amount } = parseValue(SpendingCapValue, value);
    return {
      key: guardKey(kind, product),
      value: { amount: amount && exactAmount(amount, change, catalogues) },
    };
  }
  const budget = parseValue(BudgetValue, value);
  assertNames([budget.name]);
  if (budget.scope === 'team') assertTeam(org, budget.name);
  return { key: guardKey('budget', product, budget.scope, budget.name), value: budget };
}

function assertNames(names: readonly string[]): void {
  if (names.every(isName)) return;
  throw rejectedChange('name', '', 'a name has 1 to 128 bytes and no control characters');
}

/** D: a cap that the rounded total of a period can equal: one of more decimals could be passed by rounding. */
function exactAmount(amount: string, change: LoggedChange, catalogues: Catalogues): string {
  const { currency, minor_unit_digits: decimals } = priceBookAt(catalogues, effectiveAt(change));
  const exact = new Money(amount);
  if (exact.decimalPlaces() > decimals) {
    throw rejectedChange('amount', '/amount', `has more than the ${decimals} decimals of ${currency}`);
  }
  return canonical(exact);
}

function assertTeam(org: FoldedOrg, name: string): void {
  const team: unknown = JSON.parse(org.guards.get(guardKey('team', '', 'team', name))?.last.value ?? 'null');
  const hasUsers = typeof team === 'object' && team !== null && 'users' in team && team.users !== null;
  if (hasUsers) return;
  throw rejectedChange('unknown-team', '/name', `there is not a team ${name}: create it first`);
}

function assertUnused(org: FoldedOrg, name: string): void {
  const using = [...org.subscriptions.keys()].filter((product) => {
    const budget = org.guards.get(guardKey('budget', product, 'team', name))?.last.value;
    return budget !== undefined && parseValue(BudgetValue, budget).credits !== null;
  });
  if (using.length === 0) return;
  throw rejectedChange(
    'team-in-use',
    '',
    `the team ${name} has a budget of ${using.join(', ')}: end that first`,
  );
}
