import * as fc from 'fast-check';
import { billingPeriodsOf } from '../../../domain/calendar/billing-periods.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { allowanceOfDay } from '../../../domain/pricing/allowance.ts';
import type { Snapshot } from '../../../domain/settings/snapshot.ts';
import { SettingsState } from '../../../domain/settings/state.ts';
import { priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import type { LoggedChange } from '../../../schemas/settings-change.ts';
import { logOf } from './changes.ts';
import { bundledCatalogueJson } from '../../../schemas/bundled-catalogues.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';

const START = Date.parse('2026-03-20T12:00:00Z');
/** The organisations exist for some days before their changes begin. */
const CREATED = START - 20 * DAY_MS;
const ORGS = ['acme', 'zeta'];
const editions: object[] = Object(bundledCatalogueJson().editions[0]).editions;

/** Any change that the log may contain: accepted, rejected, scheduled, repeated under an id. */
const what = fc.oneof(
  fc.record({
    kind: fc.constantFrom('new-org', 'org'),
    value: fc.record({
      time_zone: fc.constantFrom('UTC', 'Europe/Rome', 'Pacific/Apia', 'Mars/Olympus'),
      billing_day: fc.constantFrom(1, 15, 31, 32),
    }),
  }),
  fc.record({
    kind: fc.constant('org'),
    value: fc.record({ time_zone: fc.constantFrom('Asia/Tokyo', 'UTC') }),
  }),
  fc.record({
    kind: fc.constant('subscription'),
    product: fc.constantFrom('crm', 'bigin'),
    value: fc.record(
      {
        edition: fc.constantFrom('free', 'standard', 'express', 'platinum'),
        users: fc.constantFrom(1, 50, -1),
        additional_limit: fc.constantFrom(0, 1_000, 100_000),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    kind: fc.constantFrom('prices', 'editions'),
    org_id: fc.constant(''),
    value: fc.record({
      name: fc.constantFrom('a', 'b'),
      currency: fc.constantFrom('USD', 'EUR'),
      minor_unit_digits: fc.constant(2),
      slabs: fc.constant([{ credits: null, rate_per_1000: '1' }]),
    }),
  }),
  fc.constant({
    kind: 'editions',
    org_id: '',
    value: { editions: editions.map((each) => Object.assign({}, each, { base: 9, maximum: null })) },
  }),
);
const log: fc.Arbitrary<LoggedChange[]> = fc
  .array(
    fc.record({
      what,
      org: fc.constantFrom(...ORGS),
      id: fc.option(fc.constantFrom('once', 'twice'), { freq: 4 }),
      /** Time since the record before; negative where the clock goes back. */
      step: fc.integer({ min: -HOUR_MS, max: 2 * DAY_MS }),
      effective: fc.option(fc.integer({ min: -DAY_MS, max: 20 * DAY_MS })),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((drawn) => {
    let at = START;
    const first = ORGS.map((org_id) => ({
      kind: 'new-org',
      org_id,
      value: { time_zone: 'Europe/Rome', billing_day: 5 },
    }));
    const rest = drawn.map(({ what: change, org, id, step, effective }) => {
      at += step;
      const dated = {
        org_id: org,
        appended_at: at,
        effective_at: effective === null ? 0 : Math.max(0, at + effective),
      };
      return { ...dated, ...change, ...(id === null ? {} : { change_id: id }) };
    });
    return logOf(CREATED, ...first, ...rest);
  });

/** Everything that can be read from a state. */
function contentOf(state: SettingsState): unknown {
  return {
    next: state.nextOffset,
    orgs: state.orgIds.map((orgId) => state.history(orgId)),
    catalogues: state.catalogues,
    json: state.catalogueJson,
    outcomes: ['', ...ORGS].map((org) =>
      state
        .outcomesOf(org)
        .map(({ change, effectiveAt, rejection }) => [change, effectiveAt, rejection?.code]),
    ),
  };
}

test('the state does not depend on how the log is delivered: in pieces, or with repeats', () => {
  let rejected = 0;
  fc.assert(
    fc.property(
      log,
      fc.array(fc.record({ back: fc.nat({ max: 5 }), take: fc.nat({ max: 6 }) }), { maxLength: 12 }),
      fc.constantFrom('none' as const, 'local' as const),
      (changes, reads, unknownOrgs) => {
        const atOnce = new SettingsState(unknownOrgs).after(changes);
        let state = new SettingsState(unknownOrgs);
        for (const { back, take } of reads) {
          const from = Math.max(0, state.nextOffset - back);
          state = state.after(changes.slice(from, from + take));
        }
        expect(JSON.stringify(contentOf(state.after(changes)))).toBe(JSON.stringify(contentOf(atOnce)));
        rejected += atOnce.outcomesOf('acme').filter((outcome) => outcome.rejection).length;
      },
    ),
    { numRuns: 200, seed: 11 },
  );
  expect(rejected).toBeGreaterThan(50);
});

/** What a state from a snapshot has in common with that of the whole log. */
const factsOf = (state: SettingsState): object => ({
  ...Object(contentOf(state)),
  orgs: ORGS.map((org) => state.history(org)),
  outcomes: [],
});

test('a snapshot and the rest of the log give the state of the whole log', () => {
  fc.assert(
    fc.property(
      log,
      fc.nat({ max: 20 }),
      fc.constantFrom('none' as const, 'local' as const),
      (changes, cut, unknownOrgs) => {
        const whole = new SettingsState(unknownOrgs).after(changes);
        const before = new SettingsState(unknownOrgs).after(changes.slice(0, cut));
        const stored: Snapshot = JSON.parse(JSON.stringify(before.snapshot()));
        const restored = SettingsState.restore(unknownOrgs, stored).copy();
        restored.append(changes, new Set(changes.slice(0, cut).map(({ change_id }) => change_id)));
        expect(factsOf(restored)).toEqual(factsOf(whole));
        expect(restored.orgIds.toSorted()).toEqual(whole.orgIds.toSorted());
        expect(restored.snapshot().logRows).toBe(whole.snapshot().logRows);
        // The changes after the snapshot are accepted and rejected as in the whole log.
        for (const org of ['', ...ORGS]) {
          const later = whole.outcomesOf(org).filter(({ change }) => change.offset >= restored.outcomesFrom);
          expect(JSON.stringify(restored.outcomesOf(org))).toBe(JSON.stringify(later));
        }
      },
    ),
    { numRuns: 300, seed: 12 },
  );
});

/** The billing facts of the days that ended by an instant: bounds, allowance, price book, period. */
function past(state: SettingsState, until: number): unknown {
  return ORGS.map((orgId) => {
    const history = state.history(orgId);
    if (!history) return undefined;
    const calendar = calendarOf(history.timeZone);
    const { periodOf } = billingPeriodsOf(calendar, history.billingDay);
    const days = calendar.daysBetween(CREATED - 5 * DAY_MS, until).filter(({ to }) => to <= until);
    return days.map((day) => ({
      day,
      allowances: history.subscriptions.flatMap((subscription) => {
        const allowance = allowanceOfDay(state.catalogues, subscription, day);
        return allowance ? [{ product: subscription.product, ...allowance }] : [];
      }),
      book: priceBookAt(state.catalogues, day.from).name,
      period: [periodOf(day.date).from, periodOf(day.date).to],
    }));
  });
}

test('no change alters a day that had ended when it was recorded', () => {
  let compared = 0;
  fc.assert(
    fc.property(log, (changes) => {
      let state = new SettingsState('none').after(changes.slice(0, ORGS.length));
      for (const change of changes.slice(ORGS.length)) {
        const next = state.after([change]);
        const [before, after] = [state, next].map((each) =>
          JSON.stringify(past(each, change.appended_at), null, 1),
        );
        expect(after).toBe(before);
        compared += Number(!next.outcome(change.change_id)?.rejection);
        state = next;
      }
    }),
    { numRuns: 150, seed: 12 },
  );
  expect(compared).toBeGreaterThan(300);
});
