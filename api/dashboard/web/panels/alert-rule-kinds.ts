import type { AlertDefaults, AlertRules } from '../answers.ts';
import { number } from '../formats.ts';

const PARAMETERS = ['percent', 'credits', 'hours', 'seconds', 'records', 'amount'] as const;
export type Parameter = (typeof PARAMETERS)[number];

/**
 * A rule by which an alert is raised: an organisation's, or the platform's for itself. An amount is a decimal string,
 * every other parameter a number; while it is typed it may be any text.
 */
export interface Rule extends Readonly<Partial<Record<Parameter, number | string>>> {
  readonly rule_id: string;
  readonly kind: string;
}
type AlertKind = AlertRules['rules'][number]['kind'];
type PlatformKind = AlertDefaults['platform_rules'][number]['kind'];

/** What raises an alert, in words, and the parameters that a new rule begins with. */
export interface RuleKind {
  readonly name: string;
  readonly initial: Omit<Rule, 'rule_id' | 'kind'>;
}
export type RuleKinds = Readonly<Record<string, RuleKind>>;

export const RULE_KINDS: Readonly<Record<AlertKind, RuleKind>> = {
  'total-share': { name: 'Share of the total used', initial: { percent: 80 } },
  'included-share': { name: 'Share of the included credits used', initial: { percent: 100 } },
  'additional-share': { name: 'Share of the additional limit used', initial: { percent: 50 } },
  'over-limit': { name: 'Credits over the limit', initial: { credits: 1 } },
  'user-share': { name: 'One user used a share of the total', initial: { percent: 50 } },
  'app-share': { name: 'One app used a share of the total', initial: { percent: 50 } },
  'route-share': { name: 'One route used a share of the total', initial: { percent: 50 } },
  'endpoint-share': { name: 'One endpoint used a share of the total', initial: { percent: 50 } },
  exhaustion: { name: 'Credits run out within', initial: { hours: 4 } },
  'accrued-amount': { name: 'Cost of the billing period so far', initial: { amount: '50' } },
  'projected-amount': { name: 'Projected cost of the billing period', initial: { amount: '100' } },
  'unusual-hour': {
    name: 'One hour, compared with the same hour of the past four weeks',
    initial: { percent: 300, credits: 1_000 },
  },
  'budget-share': { name: 'Share of a budget used', initial: { percent: 80 } },
  'spending-cap-share': { name: 'Share of the spending cap spent', initial: { percent: 80 } },
};

export const PLATFORM_RULE_KINDS: Readonly<Record<PlatformKind, RuleKind>> = {
  'landing-lag': { name: 'Landing lags behind by', initial: { seconds: 60 } },
  'rejected-records': { name: 'Records rejected within a few minutes', initial: { records: 100 } },
};

export const parametersOf = (rule: Omit<Rule, 'rule_id'>): readonly Parameter[] =>
  PARAMETERS.filter((name) => rule[name] !== undefined);

/** Whether every parameter has a value that can be saved. */
export const isComplete = (rule: Rule): boolean =>
  parametersOf(rule).every((name) =>
    name === 'amount' ? /^\d+([.]\d+)?$/.test(String(rule.amount)) : typeof rule[name] === 'number',
  );

/** What stands before and after the value of a parameter. @param currency of the amounts */
export function unitsOf(kind: string, name: Parameter, currency: string): readonly [string, string] {
  if (name === 'amount') return [currency, ''];
  if (name === 'percent') return ['', kind === 'unusual-hour' ? '% of the usual' : '%'];
  return [kind === 'unusual-hour' ? 'and at least' : '', kind === 'unusual-hour' ? 'credits more' : name];
}

/** A rule in words: "Share of the total used: 80 %". */
export function ruleText(rule: Rule, currency: string): string {
  const name = { ...RULE_KINDS, ...PLATFORM_RULE_KINDS }[rule.kind]?.name ?? rule.kind;
  const parts = parametersOf(rule).map((each) => {
    const value = rule[each];
    const [before, after] = unitsOf(rule.kind, each, currency);
    return `${before} ${typeof value === 'number' ? number(value) : value} ${after}`.trim();
  });
  return `${name}: ${parts.join(' ')}`;
}

/** An id that no rule of the list has: its kind, and a number where that is taken. */
export function newRuleId(kind: string, rules: readonly Rule[]): string {
  const taken = new Set(rules.map(({ rule_id }) => rule_id));
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? kind : `${kind}-${count}`;
    if (!taken.has(id)) return id;
  }
}
