import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import { decide } from '../../domain/alerts/decide.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import { highestRateOf, measureAmount } from '../../domain/alerts/amount-rule.ts';
import { isBudgetKind, type BudgetRule } from '../../domain/alerts/budget-rules.ts';
import { measureExhaustion } from '../../domain/alerts/exhaustion-rule.ts';
import { shareOf, type Measured } from '../../domain/alerts/measured.ts';
import { mayHaveLeftAt, QUARTER_LOOKS_MS } from '../../domain/alerts/next-look.ts';
import type { AlertRule } from '../../domain/alerts/rules.ts';
import {
  isSubjectKind,
  measureSubjects,
  SUBJECT_DIMENSIONS,
  type SubjectKind,
  type TopSubjects,
} from '../../domain/alerts/subject-rules.ts';
import { measureUsage } from '../../domain/alerts/usage-rules.ts';
import { runsOutAt } from '../../domain/usage/returning.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readTopSubjects, type FactsRequest } from '../../store/alerts/read-facts.ts';
import type { UsageFacts } from '../../store/alerts/usage-of-many.ts';
import { isPseudonymLike } from '../../store/erasures/erasure.ts';
import { readBill, type Bill } from '../../store/statements/bill.ts';
import type { StatementSources } from '../../store/statements/moment.ts';
import { readReturning } from '../../store/usage/read-returning.ts';
import { measureBudgetRule } from './budgets.ts';
import type { WatchedTerms } from './rules-of.ts';

/** What the exact usage of a subscription decides, and when it must be read again. */
export interface LookOutcome {
  readonly decisions: readonly Decision[];
  /** Before so many more credits have landed no rule can be reached. */
  readonly headroom: number;
  /** When time alone may change something, epoch milliseconds; Infinity for never. */
  readonly lookAt: number;
}

/** D: the time to exhaustion falls by a change of pace, which shows within minutes. */
const EXHAUSTION_LOOKS_MS = 60_000;
/** D: a projection changes as days are closed, an amount when its period ends. */
const AMOUNT_LOOKS_MS = 60 * 60_000;
/** Calls that are dated ahead enter the window within so long. */
const AHEAD_LOOKS_MS = 1_000;

export interface LookRequest {
  readonly orgId: string;
  readonly product: string;
  readonly terms: WatchedTerms;
  /** Epoch milliseconds. */
  readonly asOf: number;
  readonly facts: UsageFacts;
  /** Of a bill, besides the events. */
  readonly statements: Pick<StatementSources, 'topics' | 'timing'>;
}

/** Decides by the exact usage of a subscription; what further figures its rules need, it reads. */
export async function lookAt(
  client: ClickHouseClient,
  { orgId, product, terms, asOf, facts, statements }: LookRequest,
  book: AlertBook,
): Promise<LookOutcome> {
  const { allowance, rules, changeAt } = terms;
  const total = allowance.included + allowance.additionalLimit;
  const { sealed, used, usedByQuarter, ahead } = facts;
  const request: FactsRequest = { orgId, product, asOf, sealed };
  const open = new Set(book.openOf(orgId, product).map(({ key }) => subjectKey(key.ruleId, key.subject)));
  const openSubjects = (ruleId: string): string[] =>
    book
      .openOf(orgId, product)
      .filter(({ key }) => key.ruleId === ruleId)
      .map(({ key }) => key.subject);

  const measured: Measured[] = [];
  let [headroom, nextLookAt] = [Infinity, changeAt];

  for (const rule of rules) {
    const found = await measure(rule);
    measured.push(...found);
    for (const each of found) {
      const isOpen = open.has(subjectKey(each.ruleId, each.subject));
      if (each.isReached || (isOpen && !each.isBelow)) nextLookAt = Math.min(nextLookAt, maySettleAt(each));
      else headroom = Math.min(headroom, each.headroom);
    }
  }

  async function measure(rule: AlertRule): Promise<Measured[]> {
    if (isSubjectRule(rule)) {
      const top = await topOf(rule.kind);
      // One that has not called yet may reach it too.
      if (total > 0) headroom = Math.min(headroom, shareOf(total, rule.percent ?? 100));
      return measureSubjects(rule, total, top, openSubjects(rule.rule_id));
    }
    if (rule.kind === 'exhaustion') {
      const { pacePerHour, rows } = await readReturning(client, request);
      const runsOut = runsOutAt(rows, total, pacePerHour);
      return [measureExhaustion(rule, { asOf, used, total, pacePerHour, runsOutAt: runsOut })];
    }
    if (isBudgetRule(rule)) {
      const given = { facts: request, terms, open: openSubjects(rule.rule_id), readBill: readBillAsOf };
      return measureBudgetRule(client, rule, given);
    }
    if (rule.kind === 'accrued-amount' || rule.kind === 'projected-amount') {
      const { currency, accrued, projected, daysClosed } = await readBillAsOf();
      const amount = (rule.kind === 'accrued-amount' ? accrued : projected).amount;
      const highestRate = highestRateOf(terms.catalogues.prices);
      return [measureAmount(rule, { amount, currency, highestRate, daysClosed })];
    }
    const found = measureUsage(rule, allowance, used);
    return found === undefined ? [] : [found];
  }

  /** Its amounts change as days are closed, and when its period ends. */
  async function readBillAsOf(): Promise<Bill> {
    const bill = await readBill({ ...statements, clickhouse: client, now: () => asOf }, terms);
    nextLookAt = Math.min(nextLookAt, bill.period.toInstant, asOf + AMOUNT_LOOKS_MS);
    return bill;
  }

  async function topOf(kind: SubjectKind): Promise<TopSubjects> {
    const top = await readTopSubjects(client, request, SUBJECT_DIMENSIONS[kind]);
    if (kind !== 'user-share') return top;
    // Users who are erased are not warned about, and an alert from before is resolved.
    return { ...top, rows: top.rows.filter(({ subject }) => !isPseudonymLike(Buffer.from(subject))) };
  }

  /** The earliest instant at which time alone may have brought it below. */
  function maySettleAt({ kind, excess }: Measured): number {
    if (kind === 'exhaustion') return asOf + EXHAUSTION_LOOKS_MS;
    // Its own instant is among the next looks already.
    if (excess === 0) return Infinity;
    return Math.max(asOf + QUARTER_LOOKS_MS, mayHaveLeftAt(asOf, usedByQuarter, excess));
  }

  if (ahead > 0 && ahead >= headroom) nextLookAt = Math.min(nextLookAt, asOf + AHEAD_LOOKS_MS);
  const kinds = new Map(rules.map(({ rule_id, kind }) => [rule_id, kind]));
  return {
    decisions: decide({ orgId, product, asOf, measured, kinds }, book),
    headroom: Math.max(0, headroom - ahead),
    lookAt: nextLookAt,
  };
}

const subjectKey = (ruleId: string, subject: string): string => JSON.stringify([ruleId, subject]);

const isBudgetRule = (rule: AlertRule): rule is BudgetRule => isBudgetKind(rule.kind);

const isSubjectRule = (rule: AlertRule): rule is AlertRule & { readonly kind: SubjectKind } =>
  isSubjectKind(rule.kind);
