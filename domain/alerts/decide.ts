import type { AlertBook, OpenAlert } from './alert-book.ts';
import type { AlertFacts, AlertKey, Decision } from './alert.ts';
import type { Measured } from './measured.ts';

/** The figures of one subscription, or of an organisation or the platform as a whole, at an instant. */
export interface Look {
  readonly orgId: string;
  readonly product: string;
  /** Epoch milliseconds. */
  readonly asOf: number;
  readonly measured: readonly Measured[];
  /** The kinds of the rules in effect, by their ids: open alerts of others, or of another kind, are resolved. */
  readonly kinds: ReadonlyMap<string, string>;
}

/**
 * What the figures decide: alerts that are reached and not open are raised, open ones that are below are resolved.
 * Alerts whose rule was not measured stay as they are.
 */
export function decide({ orgId, product, asOf, measured, kinds }: Look, book: AlertBook): Decision[] {
  const open = new Map(
    book.openOf(orgId, product).map((alert) => [subjectKey(alert.key.ruleId, alert.key.subject), alert]),
  );
  const decisions: Decision[] = [];
  for (const each of measured) {
    const alert = open.get(subjectKey(each.ruleId, each.subject));
    const key = { orgId, product, ruleId: each.ruleId, subject: each.subject };
    if (alert === undefined && each.isReached) {
      decisions.push({ phase: 'raised', key, number: book.nextNumber(key), facts: factsOf(each, asOf) });
    }
    if (alert !== undefined && each.isBelow) decisions.push(resolved(key, alert, factsOf(each, asOf)));
  }
  for (const alert of open.values()) {
    // A rule of another kind under the same id is another rule.
    if (kinds.get(alert.key.ruleId) === alert.facts.kind) continue;
    const facts = { ...alert.facts, as_of: asOf, message: 'The rule was removed.' };
    decisions.push(resolved(alert.key, alert, facts));
  }
  return decisions;
}

const subjectKey = (ruleId: string, subject: string): string => JSON.stringify([ruleId, subject]);

const resolved = (key: AlertKey, { number }: OpenAlert, facts: AlertFacts): Decision => ({
  phase: 'resolved',
  key,
  number,
  facts,
});

const factsOf = ({ kind, threshold, value, unit, message }: Measured, asOf: number): AlertFacts => ({
  kind,
  threshold,
  value,
  unit,
  message,
  as_of: asOf,
});
