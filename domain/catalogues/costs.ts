import { Type } from 'typebox';
import type { Static } from 'typebox';
import { MAX_CREDITS } from '../../schemas/event-rules.ts';
import { checkInteger, hasShape, parseVersions } from './parse.ts';
import type { CatalogueKind, Report } from './parse.ts';
import type { Effective } from '../versions.ts';

const rule = Type.String({ minLength: 1, maxLength: 128 });
const strict = { additionalProperties: false };
/** A fixed number of credits for each call. */
const PerCall = Type.Object({ rule, kind: Type.Literal('per_call'), credits: Type.Number() }, strict);
/** A number of credits for every started `units` units (records of an insert). */
const PerStarted = Type.Object(
  { rule, kind: Type.Literal('per_started'), credits: Type.Number(), units: Type.Number() },
  strict,
);
/** The credits of the first tier whose `up_to` the units (rows of a query) do not exceed. */
const Tiers = Type.Object(
  {
    rule,
    kind: Type.Literal('tiers'),
    tiers: Type.Array(Type.Object({ up_to: Type.Number(), credits: Type.Number() }, strict), { minItems: 1 }),
  },
  strict,
);
const RULE_SHAPES = { per_call: PerCall, per_started: PerStarted, tiers: Tiers };
const CostRule = Type.Union([PerCall, PerStarted, Tiers]);
export type CostRule = Readonly<Static<typeof CostRule>>;

/** One version as JSON: as published, recorded and shown. */
export const CostsShape = Type.Object({ effective_at: Type.String(), rules: Type.Array(CostRule) }, strict);
type CostsShape = Static<typeof CostsShape>;
/** The same without the shapes of the rules, so that each rule is checked against the shape of its own kind only. */
const OuterShape = Type.Object({ effective_at: Type.String(), rules: Type.Array(Type.Unknown()) }, strict);
const RuleKind = Type.Object({ kind: Type.Enum(['per_call', 'per_started', 'tiers']) });

/** The costs of calls, in effect from an instant. */
export interface Costs extends Effective {
  readonly rules: readonly CostRule[];
}

/** The rule of every call that no other rule covers (domain.md: a call costs 1 unless a rule says otherwise). */
export const DEFAULT_RULE = 'call';
const MAX_UNITS = 1_000_000_000;

const KIND: CatalogueKind<CostsShape> = {
  name: 'costs',
  isShape: isCosts,
  checkVersion({ rules }, path, report) {
    const names = new Set<string>();
    for (const [index, each] of rules.entries()) {
      const at = `${path}/rules/${index}`;
      if (names.has(each.rule)) report('overlap', `${at}/rule`, `names ${each.rule} a second time`);
      names.add(each.rule);
      checkRule(each, at, report);
    }
    if (!rules.some((each) => each.rule === DEFAULT_RULE && each.kind === 'per_call')) {
      report(
        'no-default',
        `${path}/rules`,
        `must have a per_call rule "${DEFAULT_RULE}": the cost of every other call`,
      );
    }
  },
  // D: a later version may drop a rule: events carry their credits, so an old call is never costed again.
  checkSuccession() {},
};

function isCosts(json: unknown, path: string, report: Report): json is CostsShape {
  if (!hasShape(OuterShape, json, path, report)) return false;
  const wellFormed = json.rules.map((each, index) => {
    const at = `${path}/rules/${index}`;
    return hasShape(RuleKind, each, at, report) && hasShape(RULE_SHAPES[each.kind], each, at, report);
  });
  return !wellFormed.includes(false);
}

function checkRule(each: CostRule, path: string, report: Report): void {
  if (each.kind !== 'tiers') checkInteger(each.credits, 0, MAX_CREDITS, `${path}/credits`, report);
  if (each.kind === 'per_started') checkInteger(each.units, 1, MAX_UNITS, `${path}/units`, report);
  if (each.kind !== 'tiers') return;
  let before = -1;
  for (const [index, tier] of each.tiers.entries()) {
    const at = `${path}/tiers/${index}`;
    checkInteger(tier.credits, 0, MAX_CREDITS, `${at}/credits`, report);
    checkInteger(tier.up_to, 0, MAX_UNITS, `${at}/up_to`, report);
    if (tier.up_to <= before)
      report('overlap', `${at}/up_to`, `is ${tier.up_to}: must be above ${before}, that of the tier before`);
    before = tier.up_to;
  }
}

/** The versions of the cost catalogue, sorted by effective date. @throws InvalidCatalogueError */
export function parseCosts(json: unknown): readonly Costs[] {
  return parseVersions(KIND, json);
}
