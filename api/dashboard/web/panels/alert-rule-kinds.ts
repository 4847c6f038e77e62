import type { AlertRules } from '../answers.ts';
import { number } from '../formats.ts';

export type AlertRule = AlertRules['rules'][number];
export type Parameter = 'percent' | 'credits' | 'hours' | 'amount';

/** Each kind of rule: its parameters, what raises it, and what it begins with. */
export const RULE_KINDS: Readonly<
  Record<AlertRule['kind'], { readonly name: string; readonly initial: Omit<AlertRule, 'rule_id' | 'kind'> }>
> = {
  'total-share': { name: 'Share of the total used', initial: { percent: 80 } },
  'included-share': { name: 'Share of the included credits used', initial: { percent: 100 } },
  'additional-share': { name: 'Share of the additional limit used', initial: { percent: 50 } },
  'over-limit': { name: 'Credits over the limit', initial: { credits: 1 } },
  'user-share': { name: 'One user used a share of the total', initial: { percent: 50 } },
  'app-share': { name: 'One app used a share of the total', initial: { percent: 50 } },
  'endpoint-share': { name: 'One endpoint used a share of the total', initial: { percent: 50 } },
  exhaustion: { name: 'Credits run out soon', initial: { hours: 4 } },
  'accrued-amount': { name: 'Cost of the billing period so far', initial: { amount: '50' } },
  'projected-amount': { name: 'Projected cost of the billing period', initial: { amount: '100' } },
  'unusual-hour': { name: 'Unusual hour', initial: { percent: 300, credits: 1_000 } },
  'budget-share': { name: 'Share of a budget used', initial: { percent: 80 } },
  'spending-cap-share': { name: 'Share of the spending cap spent', initial: { percent: 80 } },
};

export const UNITS: Readonly<Record<Parameter, string>> = {
  percent: '%',
  credits: 'credits',
  hours: 'hours',
  amount: '',
};

/** A rule in words: "Share of the total used: 80 %". @param currency of the amounts */
export function ruleText(rule: AlertRule, currency: string): string {
  const parts = parametersOf(rule).map((name) => {
    const value = rule[name];
    if (name === 'amount') return `${currency} ${value}`.trim();
    return `${typeof value === 'number' ? number(value) : value} ${UNITS[name]}`;
  });
  if (rule.kind === 'unusual-hour')
    return `${RULE_KINDS[rule.kind].name}: ${parts[0]} of the usual, and ${parts[1]} more`;
  return `${RULE_KINDS[rule.kind].name}: ${parts.join(', ')}`;
}

export const parametersOf = (rule: Omit<AlertRule, 'rule_id'>): readonly Parameter[] =>
  (['percent', 'credits', 'hours', 'amount'] as const).filter((name) => rule[name] !== undefined);

/** An id that no rule of the list has: its kind, and a number where that is taken. */
export function newRuleId(kind: string, rules: readonly AlertRule[]): string {
  const taken = new Set(rules.map(({ rule_id }) => rule_id));
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? kind : `${kind}-${count}`;
    if (!taken.has(id)) return id;
  }
}
