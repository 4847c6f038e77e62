import { AlertBook, type LoggedDecision } from '../../../domain/alerts/alert-book.ts';
import { alertIdOf, type AlertFacts, type Decision } from '../../../domain/alerts/alert.ts';
import { decide } from '../../../domain/alerts/decide.ts';
import { creditThreshold, standing, type Measured } from '../../../domain/alerts/measured.ts';
import { randomOf } from '../../random.ts';

const FACTS: AlertFacts = {
  kind: 'total-share',
  threshold: '80',
  value: '80',
  unit: 'percent',
  message: 'used',
  as_of: 0,
};
const KEY = { orgId: 'acme', product: 'crm', ruleId: 'total-80', subject: '' };
const raised = (number: number): LoggedDecision => ({ phase: 'raised', key: KEY, number, facts: FACTS });
const resolved = (number: number): LoggedDecision => ({ phase: 'resolved', key: KEY, number, facts: FACTS });

describe('the book of alerts', () => {
  it('takes the first of several equal decisions, in the order of the log', () => {
    const book = new AlertBook();
    const log = [raised(1), raised(1), resolved(1), raised(1), resolved(1), raised(2), resolved(1)];
    expect(log.map((decision) => book.apply(decision))).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(book.openOf('acme', 'crm')).toEqual([{ key: KEY, number: 2, facts: FACTS }]);
  });

  it('goes on from what was folded before', () => {
    const book = new AlertBook();
    book.restore(KEY, 7, FACTS);
    expect(book.openOf('acme', 'crm')).toHaveLength(1);
    expect([book.apply(raised(8)), book.apply(resolved(7)), book.apply(raised(8))]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('names an alert alike wherever it is decided, and each crossing by itself', () => {
    expect(alertIdOf({ ...KEY }, 1)).toBe(alertIdOf(KEY, 1));
    const ids = [
      alertIdOf(KEY, 1),
      alertIdOf(KEY, 2),
      alertIdOf({ ...KEY, subject: 'ann' }, 1),
      alertIdOf({ ...KEY, orgId: '', product: 'acmecrm' }, 1),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});

/** What one who sees every figure at once decides: the oracle. */
function crossingsOf(figures: readonly number[], raiseAt: number, resolveBelow: number): string[] {
  const crossings: string[] = [];
  let [isOpen, number] = [false, 0];
  for (const figure of figures) {
    if (!isOpen && figure >= raiseAt) {
      number += 1;
      crossings.push(`raised ${number}`);
      isOpen = true;
    } else if (isOpen && figure < resolveBelow) {
      crossings.push(`resolved ${number}`);
      isOpen = false;
    }
  }
  return crossings;
}

const KINDS = new Map([['total-80', 'total-share']]);
const THRESHOLD = creditThreshold(0, 1_000);
const measured = (used: number): Measured => ({
  ruleId: 'total-80',
  kind: 'total-share',
  subject: '',
  threshold: '80',
  value: '0',
  unit: 'percent',
  message: '',
  ...standing(used, THRESHOLD),
});
const look = (used: number, book: AlertBook): Decision[] =>
  decide({ orgId: 'acme', product: 'crm', asOf: 0, measured: [measured(used)], kinds: KINDS }, book);

it.each(Array.from({ length: 50 }, (_, seed) => seed))(
  'several deciders that see any figures, late and twice, make the crossings of one (seed %i)',
  (seed) => {
    const random = randomOf(seed);
    const log: LoggedDecision[] = [];
    const folded: string[] = [];
    const master = new AlertBook();
    /** Each decider has read the log up to some place. */
    const deciders = Array.from({ length: 3 }, () => ({ book: new AlertBook(), next: 0 }));
    const figures: number[] = [];
    let used = 900;
    for (let step = 0; step < 200; step += 1) {
      used = Math.max(0, Math.round(used + (random() - 0.5) * 600));
      figures.push(used);
      // All of them look at the same figure, before any of their records has landed.
      const appended = deciders.map((decider) => {
        while (decider.next < log.length) {
          const record = log[decider.next];
          if (record) decider.book.apply(record);
          decider.next += 1;
        }
        return random() < 0.1 ? [] : look(used, decider.book);
      });
      const records = appended.some((decisions) => decisions.length > 0)
        ? appended.flat()
        : look(used, master);
      // A repeated append, as after a lost acknowledgement.
      if (random() < 0.2) records.push(...records);
      for (const record of records) {
        log.push(record);
        if (master.apply(record)) folded.push(`${record.phase} ${record.number}`);
      }
    }
    expect(folded).toEqual(crossingsOf(figures, THRESHOLD.raiseAt, THRESHOLD.resolveBelow));
    expect(folded.length).toBeGreaterThan(0);
  },
);

it.each(Array.from({ length: 50 }, (_, seed) => seed))(
  'a decider that takes its decisions before it has read them from the log ends where the log does (seed %i)',
  (seed) => {
    const random = randomOf(seed);
    const log: LoggedDecision[] = [];
    const deciders = Array.from({ length: 3 }, () => ({ book: new AlertBook(), next: 0 }));
    const readUpTo = (decider: { readonly book: AlertBook; next: number }, end: number): void => {
      for (const record of log.slice(decider.next, end)) decider.book.apply(record);
      decider.next = Math.max(decider.next, end);
    };
    for (let step = 0; step < 200; step += 1) {
      for (const decider of deciders) {
        if (random() < 0.5) continue;
        readUpTo(decider, decider.next + Math.floor(random() * (log.length - decider.next + 1)));
        const decisions = look(Math.round(random() * 2_000), decider.book);
        for (const decision of decisions) expect(decider.book.apply(decision)).toBe(true);
        log.push(...decisions);
      }
    }
    const folded = new AlertBook();
    for (const record of log) folded.apply(record);
    for (const decider of deciders) {
      readUpTo(decider, log.length);
      expect(decider.book.openOf('acme', 'crm')).toEqual(folded.openOf('acme', 'crm'));
      expect(decider.book.nextNumber(KEY)).toBe(folded.nextNumber(KEY));
    }
    expect(folded.nextNumber(KEY)).toBeGreaterThan(2);
  },
);

it('resolves an alert whose rule was removed or is another one, and leaves alone what was not measured', () => {
  const book = new AlertBook();
  book.apply(raised(1));
  const nothing = { orgId: 'acme', product: 'crm', asOf: 9, measured: [] };
  expect(decide({ ...nothing, kinds: KINDS }, book)).toEqual([]);
  expect(decide({ ...nothing, kinds: new Map([['total-80', 'over-limit']]) }, book)).toMatchObject([
    { phase: 'resolved', key: KEY, number: 1, facts: { as_of: 9, message: 'The rule was removed.' } },
  ]);
});
