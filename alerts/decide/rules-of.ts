import type { AlertRule } from '../../domain/alerts/rules.ts';
import { budgetsAt, capAt, type Budget } from '../../domain/gate/terms.ts';
import type { Money } from '../../domain/money.ts';
import { allowanceAt, type Allowance } from '../../domain/pricing/allowance.ts';
import { defaultRulesAt, ownRulesAt } from '../../domain/settings/alerting.ts';
import type { Catalogues } from '../../domain/catalogues/catalogues.ts';
import { subscriptionOf, type OrgHistory, type Subscription } from '../../domain/settings/org-history.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { changesWithin } from '../../domain/versions.ts';

/** The terms of a subscription at an instant, and the rules about it. */
export interface WatchedTerms {
  readonly org: OrgHistory;
  readonly subscription: Subscription;
  readonly catalogues: Catalogues;
  readonly allowance: Allowance;
  readonly rules: readonly AlertRule[];
  readonly budgets: readonly Budget[];
  /** Of the billing period's spending; undefined without one. */
  readonly cap: Money | undefined;
  /** When terms or rules that are recorded already take effect next; Infinity for never. */
  readonly changeAt: number;
}

/** Undefined where there is no such subscription. @param at epoch milliseconds */
export function termsOf(
  settings: SettingsState,
  orgId: string,
  product: string,
  at: number,
): WatchedTerms | undefined {
  const org = settings.history(orgId);
  const subscription = org && subscriptionOf(org, product);
  const allowance = subscription && allowanceAt(settings.catalogues, subscription, at);
  if (org === undefined || subscription === undefined || allowance === undefined) return undefined;
  const alerting = settings.alerting(orgId);
  const own = ownRulesAt(alerting, product, at);
  const guards = settings.guards(orgId);
  const versions = [
    ...subscription.versions,
    ...(alerting?.rules.get(product)?.versions ?? []),
    ...[...guards.values()].flat(),
  ];
  const [changeAt = Infinity] = changesWithin(versions, at, Infinity);
  const { catalogues } = settings;
  return {
    org,
    subscription,
    catalogues,
    allowance,
    budgets: budgetsAt(guards, product, at),
    cap: capAt(guards, product, at),
    rules: own?.rules ?? defaultRulesAt(settings.platformAlerting, at).rules.rules,
    changeAt,
  };
}
