/** The API's answers, typed by the schemas that the API serializes with. Types only, no code. */
import type { Static } from 'typebox';
import type { DeliveriesAnswer } from '../../alerts/delivery-routes.ts';
import type { DestinationsAnswer, SecretAnswer } from '../../alerts/destination-answer.ts';
import type { AlertsAnswer } from '../../alerts/list-routes.ts';
import type { DefaultsAnswer, RulesAnswer } from '../../alerts/rules-routes.ts';
import type { BillingDaysAnswer } from '../../billing/days-answer.ts';
import type { BillingAnswer } from '../../billing/route.ts';
import type { StatementsAnswer } from '../../billing/statements-route.ts';
import type { WhatIfAnswer } from '../../billing/what-if-answer.ts';
import type { BudgetsAnswer } from '../../budgets/answer.ts';
import type { CallAnswer, CallsAnswer, OneCallAnswer } from '../../calls/answer.ts';
import type { ConflictsAnswer } from '../../calls/conflicts-route.ts';
import type { CreditsAnswer } from '../../credits/route.ts';
import type { ReturningAnswer } from '../../credits/returning-route.ts';
import type { ExplanationAnswer } from '../../explanation/answer.ts';
import type { DeadLetterAnswer, DeadLettersAnswer } from '../../dead-letters/answer.ts';
import type { CheckAnswer } from '../../dead-letters/check-route.ts';
import type { OutcomeAnswer, ReplayAnswer } from '../../dead-letters/replay-schemas.ts';
import type { EstimateAnswer } from '../../catalogues/estimate-route.ts';
import type { ChangeAnswer } from '../../settings/change-answer.ts';
import type { LimitAnswer, LimitSetAnswer } from '../../settings/limit-answer.ts';
import type { SettingsPreviewAnswer } from '../../settings/settings-preview-route.ts';
import type { SubscriptionPreviewAnswer } from '../../settings/subscription-preview-route.ts';
import type { OrgsAnswer } from '../../orgs/routes.ts';
import type { SettingsAnswer } from '../../settings/settings-answer.ts';
import type { HistoryAnswer } from '../../settings/settings-routes.ts';
import type { CostRule } from '../../../domain/catalogues/costs.ts';
import type { Edition } from '../../../domain/catalogues/editions.ts';
import type { PriceBookShape } from '../../../domain/catalogues/prices.ts';
import type { SignInAnswer } from '../../sign-in/session-routes.ts';
import type { AddressesAnswer } from '../../usage/addresses-route.ts';
import type { UsageAnswer, UsageRowAnswer } from '../../usage/answer.ts';
import type { BreakdownsAnswer } from '../../usage/breakdowns-route.ts';
import type { LocalSessionAnswer, LocalSignInAnswer, SignedInAnswer } from '../local-sign-in.ts';

export type AlertDefaults = Static<typeof DefaultsAnswer>;
export type AlertDeliveries = Static<typeof DeliveriesAnswer>;
export type AlertDestinations = Static<typeof DestinationsAnswer>;
export type AlertRules = Static<typeof RulesAnswer>;
export type Alerts = Static<typeof AlertsAnswer>;
export type AlertSecret = Static<typeof SecretAnswer>;
export type Addresses = Static<typeof AddressesAnswer>;
export type Budgets = Static<typeof BudgetsAnswer>;
export type Bill = Static<typeof BillingAnswer>;
export type Call = Static<typeof CallAnswer>;
export type Calls = Static<typeof CallsAnswer>;
export type Change = Static<typeof ChangeAnswer>;
export type Conflicts = Static<typeof ConflictsAnswer>;
export type Credits = Static<typeof CreditsAnswer>;
export type Days = Static<typeof BillingDaysAnswer>;
export type DeadLetter = Static<typeof DeadLetterAnswer>;
export type DeadLetters = Static<typeof DeadLettersAnswer>;
export type DeadLetterCheck = Static<typeof CheckAnswer>;
export type Estimate = Static<typeof EstimateAnswer>;
export type Explanation = Static<typeof ExplanationAnswer>;
export type History = Static<typeof HistoryAnswer>;
export type Limit = Static<typeof LimitAnswer>;
export type LimitSet = Static<typeof LimitSetAnswer>;
export type LocalSession = Static<typeof LocalSessionAnswer>;
export type LocalSignIn = Static<typeof LocalSignInAnswer>;
export type OneCall = Static<typeof OneCallAnswer>;
export type Orgs = Static<typeof OrgsAnswer>;
export type Replay = Static<typeof ReplayAnswer>;
export type ReplayOutcome = Static<typeof OutcomeAnswer>;
export type Returning = Static<typeof ReturningAnswer>;
export type Settings = Static<typeof SettingsAnswer>;
export type SettingsPreview = Static<typeof SettingsPreviewAnswer>;
export type Statements = Static<typeof StatementsAnswer>;
export type SubscriptionPreview = Static<typeof SubscriptionPreviewAnswer>;
export type SignInState = Static<typeof SignInAnswer>;
export type SignedIn = Static<typeof SignedInAnswer>;
export type Breakdowns = Static<typeof BreakdownsAnswer>;
/** Usage by one dimension. */
export type Breakdown = Breakdowns['breakdowns'][number];
export type Usage = Static<typeof UsageAnswer>;
export type UsageRow = Static<typeof UsageRowAnswer>;
export type WhatIf = Static<typeof WhatIfAnswer>;

export type Day = Days['days'][number];
/** Credits of a day that the statement of another period bills, because they became known too late. */
export type BilledAsAdjustment = Day['billed_as_adjustment'][number];

/** The part of `GET /v1/catalogues/prices` that the screens show. */
export interface Prices {
  readonly in_effect: Static<typeof PriceBookShape>;
  readonly versions: readonly Static<typeof PriceBookShape>[];
}

/** The part of `GET /v1/catalogues/editions` that the screens show. */
export interface Editions {
  readonly in_effect: { readonly editions: readonly Edition[] };
}

/** The part of `GET /v1/catalogues/costs` that the screens show. */
export interface Costs {
  readonly in_effect: { readonly rules: readonly CostRule[] };
  readonly versions: readonly unknown[];
}
