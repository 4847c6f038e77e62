import type { Allowance } from '../pricing/allowance.ts';
import { countText, creditThreshold, percentText, shareOf, standing, type Measured } from './measured.ts';
import type { AlertRule, RuleKind } from './rules.ts';

/** The rules about the credits of a subscription in the rolling 24 hours. */

/** @returns undefined for another kind of rule */
export function measureUsage(
  rule: AlertRule,
  { included, additionalLimit }: Allowance,
  used: number,
): Measured | undefined {
  const total = included + additionalLimit;
  if (rule.kind === 'over-limit') return measureOverLimit(rule, used, total);
  const parts = new Map<RuleKind, Part>([
    ['included-share', { name: 'included credits', base: 0, whole: included }],
    ['total-share', { name: 'credits', base: 0, whole: total }],
    ['additional-share', { name: 'additional credits', base: included, whole: additionalLimit }],
  ]);
  const part = parts.get(rule.kind);
  return part && measureShare(rule, used, part);
}

/** Of nothing no share is reached, whatever is used. */
const NEVER = { isReached: false, isBelow: true, headroom: Infinity, excess: 0 };

interface Part {
  readonly name: string;
  /** The credits before the part. */
  readonly base: number;
  /** Its credits. */
  readonly whole: number;
}

function measureShare(
  { rule_id: ruleId, kind, percent = 100 }: AlertRule,
  used: number,
  { name, base, whole }: Part,
): Measured {
  const part = Math.max(0, used - base);
  const share = percentText(part, whole);
  return {
    ruleId,
    kind,
    subject: '',
    threshold: String(percent),
    value: share,
    unit: 'percent',
    message: `${countText(part)} of the ${countText(whole)} ${name} are used (${share} %).`,
    ...(whole === 0 ? NEVER : standing(used, creditThreshold(base, shareOf(whole, percent)))),
  };
}

function measureOverLimit(
  { rule_id: ruleId, kind, credits = 1 }: AlertRule,
  used: number,
  total: number,
): Measured {
  const over = Math.max(0, used - total);
  return {
    ruleId,
    kind,
    subject: '',
    threshold: String(credits),
    value: String(over),
    unit: 'credits',
    message: `${countText(over)} credits are used beyond the total of ${countText(total)}.`,
    ...standing(used, creditThreshold(total, credits)),
  };
}
