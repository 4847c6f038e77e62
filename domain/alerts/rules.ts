import { Type, type Static } from 'typebox';

/** The rules of alerts, as they are recorded in the settings and set over HTTP. */

/** The parameters that a rule of each kind has. */
export const RULE_PARAMETERS = {
  'included-share': ['percent'],
  'total-share': ['percent'],
  'additional-share': ['percent'],
  'over-limit': ['credits'],
  'user-share': ['percent'],
  'app-share': ['percent'],
  'route-share': ['percent'],
  'endpoint-share': ['percent'],
  exhaustion: ['hours'],
  'accrued-amount': ['amount'],
  'projected-amount': ['amount'],
  'unusual-hour': ['percent', 'credits'],
  'budget-share': ['percent'],
  'spending-cap-share': ['percent'],
} as const satisfies Record<string, readonly Parameter[]>;

/** Rules that the platform has for itself. */
export const PLATFORM_RULE_PARAMETERS = {
  'landing-lag': ['seconds'],
  'rejected-records': ['records'],
} as const satisfies Record<string, readonly Parameter[]>;

export type RuleKind = keyof typeof RULE_PARAMETERS;
export type PlatformRuleKind = keyof typeof PLATFORM_RULE_PARAMETERS;
type Parameter = 'percent' | 'credits' | 'hours' | 'amount' | 'seconds' | 'records';

export const RULE_KINDS: readonly RuleKind[] = Object.keys(RULE_PARAMETERS).filter((kind) =>
  isRuleKind(kind),
);

function isRuleKind(kind: string): kind is RuleKind {
  return kind in RULE_PARAMETERS;
}

const MAX_RULES = 50;
const MAX_CREDITS = 1_000_000_000_000;
const strict = { additionalProperties: false };

const identity = {
  rule_id: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
    description: 'unique in the list; an alert that is open stays open while its rule keeps its id',
  }),
};
const percent = Type.Integer({ minimum: 1, maximum: 100_000 });
const credits = Type.Integer({ minimum: 1, maximum: MAX_CREDITS });

/** A rule of an organisation's subscription. Which parameters it has is decided by its kind (RULE_PARAMETERS). */
export const AlertRule = Type.Object(
  {
    ...identity,
    kind: Type.Enum([...RULE_KINDS]),
    percent: Type.Optional(percent),
    credits: Type.Optional(credits),
    hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 24 })),
    amount: Type.Optional(
      Type.String({
        pattern: String.raw`^(?!0+(\.0+)?$)(0|[1-9]\d{0,11})(\.\d{1,12})?$`,
        description: 'above 0, in the currency of the price book',
      }),
    ),
  },
  strict,
);
export type AlertRule = Static<typeof AlertRule>;
export const AlertRules = Type.Array(AlertRule, { maxItems: MAX_RULES });

/** A rule of the platform for itself. */
export const PlatformRule = Type.Object(
  {
    ...identity,
    kind: Type.Enum(['landing-lag', 'rejected-records']),
    seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
    records: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  },
  strict,
);
export type PlatformRule = Static<typeof PlatformRule>;
export const PlatformRules = Type.Array(PlatformRule, { maxItems: MAX_RULES });

/** D: the rules of an organisation that has set none, where the platform has set none either. */
export const BUNDLED_RULES: readonly AlertRule[] = [
  { rule_id: 'total-80', kind: 'total-share', percent: 80 },
  { rule_id: 'total-100', kind: 'total-share', percent: 100 },
  { rule_id: 'budget-80', kind: 'budget-share', percent: 80 },
  { rule_id: 'budget-100', kind: 'budget-share', percent: 100 },
  { rule_id: 'cap-80', kind: 'spending-cap-share', percent: 80 },
  { rule_id: 'cap-100', kind: 'spending-cap-share', percent: 100 },
];
export const BUNDLED_PLATFORM_RULES: readonly PlatformRule[] = [
  { rule_id: 'landing-lag', kind: 'landing-lag', seconds: 60 },
  { rule_id: 'rejected-records', kind: 'rejected-records', records: 100 },
];

export interface RuleProblem {
  /** A JSON pointer into the list. */
  readonly path: string;
  readonly message: string;
}

/** What is wrong with rules that have the shape: a parameter too many or too few, or an id that occurs twice. */
export function ruleProblems(rules: readonly (AlertRule | PlatformRule)[]): RuleProblem[] {
  const ids = new Set<string>();
  return rules.flatMap((rule, index) => {
    const { rule_id, kind, ...given } = rule;
    const problems: RuleProblem[] = [];
    if (ids.has(rule_id)) {
      problems.push({ path: `/${index}/rule_id`, message: `occurs twice: ${JSON.stringify(rule_id)}` });
    }
    ids.add(rule_id);
    const wanted = parametersOf(kind);
    const names = Object.keys(given);
    for (const name of names) {
      if (wanted.includes(name)) continue;
      problems.push({ path: `/${index}/${name}`, message: `is not a parameter of ${kind}: leave it out` });
    }
    for (const name of wanted) {
      if (names.includes(name)) continue;
      problems.push({ path: `/${index}/${name}`, message: `is missing: ${kind} needs it` });
    }
    return problems;
  });
}

const parametersOf = (kind: RuleKind | PlatformRuleKind): readonly string[] =>
  isRuleKind(kind) ? RULE_PARAMETERS[kind] : PLATFORM_RULE_PARAMETERS[kind];
