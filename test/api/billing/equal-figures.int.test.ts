import { billingPeriodsOf, type Period } from '../../../domain/calendar/billing-periods.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import { BillingAnswer } from '../../../api/billing/route.ts';
import type { ChargeAnswer } from '../../../api/charges/answer.ts';
import { FeedAnswer } from '../../../api/charges/feed-route.ts';
import { ExplanationAnswer } from '../../../api/explanation/answer.ts';
import { canonical, parseMoney, sumMoney } from '../../../domain/money.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { scrapeUntil } from '../metrics/scrape.ts';
import { fetchCsv, fetchPdf } from '../statements/files.ts';
import { dollars, grouped } from '../statements/written.ts';
import {
  insertCharges,
  insertEvents,
  insertLanded,
  insertLandedRange,
  insertSettings,
  type LoggedCharge,
} from '../tables.ts';
import { billedLater } from './billed-later.ts';
import { randomCloses } from './random-closes.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const FROM = NOW - 100 * 86_400_000;
const BILLING: Claims = { role: 'billing', sub: 'the books' };
/** Time zones, billing days and terms. */
const ORGS = [
  ['rome', 'Europe/Rome', 5, { edition: 'free', users: 1, additional_limit: 300_000 }],
  ['kathmandu', 'Asia/Kathmandu', 31, { edition: 'free', users: 1, additional_limit: 40_000 }],
  ['new york', 'America/New_York', 1, { edition: 'standard', users: 20, additional_limit: 1_000_000 }],
  ['lord/howe', 'Australia/Lord_Howe', 17, { edition: 'free', users: 1, additional_limit: 0 }],
] as const;
const SEED = 20_261_122;

let api: ApiUnderTest;
/** The feed from its beginning to its end. */
let feed: readonly ChargeAnswer[];
/** The log that the feed was made from. */
let log: readonly LoggedCharge[];
/** The statements of every organisation's periods as JSON. */
let statements: readonly Statement[];
/** By organisation: the current period, and the two before it, which are final. */
const periods = new Map<string, readonly Period[]>();

beforeAll(async () => {
  api = await openApi('equal', NOW);
  for (const [org, time_zone, billing_day, terms] of ORGS) {
    await insertSettings(api.clickhouse, [
      { org, value: { time_zone, billing_day } },
      { org, product: 'crm', value: terms },
    ]);
  }
  const settings = await createSettingsStore(api.clickhouse, 'none').refresh();
  const histories = ORGS.map(([org], index) => {
    const history = settings.history(org);
    if (!history) throw new Error(`${org} is unknown`);
    const { periodAt } = billingPeriodsOf(calendarOf(history.timeZone), history.billingDay);
    const current = periodAt(NOW);
    const before = periodAt(current.fromInstant - 1);
    periods.set(org, [current, before, periodAt(before.fromInstant - 1)]);
    return randomCloses(settings.catalogues, history, { from: FROM, now: NOW, seed: SEED + index });
  });
  await insertEvents(
    api.clickhouse,
    histories.flatMap(({ events }) => events),
  );
  log = histories
    .flatMap(({ records }) => records)
    .toSorted((a, b) => a.closed_at - b.closed_at)
    .map((record, kafka_offset): LoggedCharge => Object.assign(record, { kafka_offset }));
  await insertCharges(api.clickhouse, log);
  await insertLandedRange(api.clickhouse, 'daily-charges', log.length - 1);
  for (const topic of ['api-calls', 'settings', 'daily-charges']) {
    await insertLanded(api.clickhouse, topic, { until: NOW, observedAt: NOW, isCaughtUp: true });
  }
  feed = (await api.read(FeedAnswer, '/v1/charges?limit=10000', BILLING)).charges;
  if (feed.length < log.length) throw new Error(`${feed.length} of ${log.length} revisions in the feed`);
  statements = await readStatements();
});
afterAll(() => api.close());

interface Statement {
  readonly org: string;
  readonly path: string;
  readonly period: Period;
  readonly query: string;
  readonly json: BillingDaysAnswer;
}

const pathOf = (org: string): string => `/v1/orgs/${encodeURIComponent(org)}`;

async function readStatements(): Promise<Statement[]> {
  const found: Statement[] = [];
  for (const [org, ofOrg] of periods) {
    for (const period of ofOrg) {
      const path = pathOf(org);
      const query = `from=${period.from}&to=${period.to}`;
      const json = await api.read(BillingDaysAnswer, `${path}/billing/days?${query}`, BILLING);
      found.push({ org, path, period, query, json });
    }
  }
  return found;
}

const figuresOf = ({
  used,
  included,
  additional_used,
  additional_limit,
  over_limit,
  billed_credits,
  amount,
}: Figures) =>
  [used, included, additional_used, additional_limit, over_limit, billed_credits, amount].join(' ');
type Figures = Pick<
  ChargeAnswer,
  'used' | 'included' | 'additional_used' | 'additional_limit' | 'over_limit' | 'billed_credits' | 'amount'
>;

const revisionOf = (org: string, day: string, revision: number | null): ChargeAnswer | undefined =>
  feed.find((each) => each.org_id === org && each.day === day && each.revision === revision);

describe('the figures of an organisation and day', () => {
  it('are worth comparing: days of every status, revised ones, in price steps, and adjustments', async () => {
    const days = statements.flatMap(({ json }) => json.days);
    expect(new Set(days.map(({ status }) => status))).toEqual(new Set(['open', 'closed', 'final']));
    expect(days.filter(({ revision }) => (revision ?? 0) > 1).length).toBeGreaterThan(20);
    expect(days.filter(({ slabs }) => slabs.length > 1).length).toBeGreaterThan(20);
    expect(statements.flatMap(({ json }) => json.adjustments).length).toBeGreaterThan(10);
    expect(days.filter(({ later }) => later !== null).length).toBeGreaterThan(10);
  });

  it('are the same in the JSON and in the CSV, line by line', async () => {
    for (const { path, query, json } of statements) {
      const lines = await fetchCsv(api, `${path}/billing/statement.csv?${query}`, BILLING);
      const printed = lines.map((line) =>
        [line['line'], line['day'], line['status'], line['revision']]
          .concat(
            line['line'] === 'day'
              ? [
                  line['used_credits'],
                  line['included_credits'],
                  line['additional_used_credits'],
                  line['additional_limit_credits'],
                  line['over_limit_credits'],
                ]
              : [],
            line['line'] === 'total'
              ? [line['total_billed_credits'], line['total_amount'], line['rounded_total_amount']]
              : [line['billed_credits'], line['amount']],
          )
          .join(' '),
      );
      expect(printed).toEqual([
        ...json.days.map((day) => `day ${day.day} ${day.status} ${day.revision ?? ''} ${figuresOf(day)}`),
        ...json.adjustments.map(
          ({ day, revision, delta_credits, delta_amount }) =>
            `adjustment ${day}  ${revision} ${delta_credits} ${delta_amount}`,
        ),
        `total    ${json.total.billed_credits} ${json.total.amount} ${json.total.rounded_amount}`,
      ]);
    }
  });

  it('are summed up in the CSV’s columns: nothing counts twice', async () => {
    for (const { path, query, json } of statements) {
      const lines = await fetchCsv(api, `${path}/billing/statement.csv?${query}`, BILLING);
      const sum = (column: string): string =>
        canonical(sumMoney(lines.map((line) => parseMoney(line[column] || '0'))));
      expect(sum('amount')).toBe(json.total.amount);
      expect(sum('total_amount')).toBe(json.total.amount);
      expect(sum('rounded_total_amount')).toBe(json.total.rounded_amount);
      expect(sum('billed_credits')).toBe(String(json.total.billed_credits));
      expect(sum('used_credits')).toBe(String(json.days.reduce((all, { used }) => all + used, 0)));
    }
  });

  it('are the same in the JSON and in the PDF’s text', async () => {
    for (const { path, query, json } of statements) {
      const pages = await fetchPdf(api, `${path}/billing/statement.pdf?${query}`, BILLING);
      const text = pages.join(' ');
      for (const day of json.days) {
        const shown = (day.revision ?? 0) > 1 ? `, revision ${day.revision}` : '';
        const slabs = day.slabs.map(
          ({ credits, rate_per_1000, amount }) =>
            ` at $${rate_per_1000} per 1,000 ${grouped(credits)} ${dollars(amount)}`,
        );
        const { used, included, additional_used, additional_limit, over_limit, billed_credits } = day;
        const figures = [used, included, additional_used, additional_limit, over_limit, billed_credits];
        expect(text).toContain(
          `${day.day} ${figures.map(grouped).join(' ')} ${dollars(day.amount)} ` +
            `${day.begun ? day.status : 'not begun'}${shown}${slabs.join('')}`,
        );
      }
      for (const { day, revision, delta_credits, delta_amount } of json.adjustments) {
        expect(text).toMatch(
          new RegExp(
            `${day} 2026-\\d\\d-\\d\\d revision ${revision} [\\w ]+ 2026 ` +
              `${grouped(delta_credits)} ${dollars(delta_amount).replaceAll(/[$.]/g, '\\$&')}`,
          ),
        );
      }
      const { billed_credits, amount, rounded_amount } = json.total;
      const rounded = `$${grouped(parseMoney(rounded_amount ?? '').toFixed(2))}`;
      const [, exact] = dollars(amount).split(' ');
      expect(text).toContain(
        `Total ${rounded} for ${grouped(billed_credits)} billed credits` +
          (exact === undefined ? '' : ` (exactly ${exact})`),
      );
    }
  });

  it('are the same in the JSON and in the feed: each row equals the revision that it shows', async () => {
    for (const { org, json } of statements) {
      const closed = json.days.filter(({ revision }) => revision !== null);
      expect(closed.map((day) => `${day.day} ${json.from} ${figuresOf(day)}`)).toEqual(
        closed.map(({ day, revision }) => {
          const charge = revisionOf(org, day, revision);
          if (!charge) return `${day}: the feed has no revision ${revision}`;
          return `${day} ${charge.billed_in.from} ${figuresOf(charge)}`;
        }),
      );
      for (const { day, later, billed_as_adjustment } of json.days) {
        const revisions = feed.filter((each) => each.org_id === org && each.day === day);
        expect({ day, later: later ?? undefined, billed_as_adjustment }).toEqual({
          day,
          ...billedLater(revisions, json.from),
        });
      }
      expect(json.adjustments).toEqual(
        json.adjustments.map(({ day, revision }) => {
          const charge = revisionOf(org, day, revision);
          return {
            day,
            revision,
            delta_credits: charge?.delta_credits,
            delta_amount: charge?.delta_amount,
            billed_in: charge?.billed_in,
            closed_at: charge?.closed_at,
          };
        }),
      );
    }
  });

  it('add up: what the feed bills in a period, and the days still open, are the period’s total', async () => {
    for (const { org, period, json } of statements) {
      const billed = feed.filter(({ org_id, billed_in }) => org_id === org && billed_in.from === period.from);
      const open = json.days.filter(({ revision }) => revision === null);
      expect({
        billed_credits:
          billed.reduce((sum, { delta_credits }) => sum + delta_credits, 0) +
          open.reduce((sum, { billed_credits }) => sum + billed_credits, 0),
        amount: canonical(
          sumMoney([
            ...billed.map(({ delta_amount }) => parseMoney(delta_amount)),
            ...open.map(({ amount }) => parseMoney(amount)),
          ]),
        ),
      }).toEqual({ billed_credits: json.total.billed_credits, amount: json.total.amount });
    }
  });

  it('are the same in the bill', async () => {
    for (const { path, json } of statements.filter(({ period }) => period.toInstant > NOW)) {
      const bill = await api.read(BillingAnswer, `${path}/billing`, BILLING);
      expect(bill.accrued).toEqual({ credits: json.total.billed_credits, amount: json.total.amount });
      expect(bill.adjustments).toEqual(json.adjustments);
      expect(bill.days_closed).toBe(json.days.filter(({ status }) => status === 'closed').length);
    }
  });

  it('are the same in the day’s charges of all organisations, and in the explanation', async () => {
    const last = new Map(feed.map((charge) => [`${charge.day} ${charge.org_id}`, charge]));
    for (const day of ['2026-10-09', '2026-11-19']) {
      const { body } = await api.get(`/v1/charges/days/${day}`, BILLING);
      const lines = String(body).split('\n').slice(0, -1);
      const expected = [...last.values()].filter((charge) => charge.day === day);
      expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
        expected.toSorted((a, b) => (a.org_id < b.org_id ? -1 : 1)),
      );
      for (const charge of expected) {
        const path = `${pathOf(charge.org_id)}/billing/days/${day}/explanation`;
        const explained = await api.read(ExplanationAnswer, path, BILLING);
        expect(explained.pending).toBeNull();
        expect(explained.charge && figuresOf(explained.charge)).toBe(figuresOf(charge));
      }
    }
  });

  it('are the same in the metrics, which are sums over organisations: a day adds there what it adds to the feed', async () => {
    const before = await scrape('the charges are counted', (revisions) => revisions > 0);
    expect(before).toEqual({ revisions: feed.length, billed: sumOf(feed) });
    const last = log.at(-1);
    if (!last) throw new Error('no charge was logged');
    const { revision, billed_credits } = last;
    const next = { revision: revision + 1, billed_credits: billed_credits + 7, delta_credits: 7 };
    await insertCharges(api.clickhouse, [Object.assign({}, last, next, { kafka_offset: log.length })]);
    await insertLandedRange(api.clickhouse, 'daily-charges', log.length);
    const { charges } = await api.read(FeedAnswer, `/v1/charges?limit=10000`, BILLING);
    const added = charges.slice(feed.length);
    expect(added).toMatchObject([{ org_id: last.org_id, day: last.day, delta_credits: 7 }]);
    // The totals are counted every 30 s.
    api.clock.now += 30_000;
    const after = await scrape('the day is counted', (revisions) => revisions > before.revisions);
    expect(after).toEqual({ revisions: before.revisions + 1, billed: before.billed + sumOf(added) });
  });
});

const sumOf = (charges: readonly ChargeAnswer[]): number =>
  charges.reduce((sum, { delta_credits }) => sum + delta_credits, 0);

const revisionsIn = (text: string) => Number(/^api_credits_charge_revisions (\d+)$/m.exec(text)?.[1]);

async function scrape(what: string, isExpected: (revisions: number) => boolean) {
  const metrics = await scrapeUntil(api, what, (text) => isExpected(revisionsIn(text)));
  const billed = Number(/^api_credits_billed_credits (\d+)$/m.exec(metrics)?.[1]);
  return { revisions: revisionsIn(metrics), billed };
}
