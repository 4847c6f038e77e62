import * as fc from 'fast-check';
import { NO_SETTINGS } from '../../domain/settings/changes.ts';
import { chargesByOracle } from './oracle.ts';
import { decided, landed, race, type Step } from './racing-aggregators.ts';
import { settingsLog } from './settings-log.ts';
import { stories, WINDOW_MS, type Scene } from './stories.ts';
import { closedDaysOf, expectedDaysOf, textOf } from './closed-days.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';

const SETS = 10_000;

/** Days of 23, 23.5, 24, 24.5 and 25 hours, a skipped date, dates without 00:00, offsets that are not whole hours. */
const SCENES: readonly Scene[] = [
  ['Europe/Rome', 'America/New_York', '2026-03-25T23:00:00Z'],
  ['Europe/Rome', 'Asia/Tokyo', '2026-10-20T22:00:00Z'],
  ['America/New_York', 'Europe/Rome', '2026-10-28T04:00:00Z'],
  ['Australia/Lord_Howe', 'UTC', '2026-03-31T13:00:00Z'],
  ['Australia/Lord_Howe', 'Asia/Kathmandu', '2025-09-30T13:30:00Z'],
  ['America/Sao_Paulo', 'Pacific/Kiritimati', '2018-10-31T03:00:00Z'],
  ['Africa/Cairo', 'Etc/GMT+12', '2023-04-23T22:00:00Z'],
  ['Pacific/Apia', 'Pacific/Pago_Pago', '2011-12-26T10:00:00Z'],
  ['Asia/Kathmandu', 'Pacific/Apia', '2026-05-01T18:15:00Z'],
  ['UTC', 'Europe/Rome', '2028-02-25T00:00:00Z'],
].map(([zone = '', elsewhere = '', from = '']) => ({ zone, elsewhere, from: Date.parse(from) }));

const steps = fc.array(
  fc.record({
    at: fc.integer({ min: WINDOW_MS / HOUR_MS / 3, max: WINDOW_MS / HOUR_MS }),
    aggregator: fc.constantFrom(0 as const, 1 as const),
    sleeps: fc.boolean(),
    lands: fc.constantFrom(0, 1, 2, 4),
    behind: fc.constantFrom(0, 0, 1, 2, 100),
    days: fc.constantFrom(0xffff, 0xffff, 0b1010_1010, 0b0110_0101),
  }),
  { minLength: 2, maxLength: 10 },
);

test(`for every interleaving, the last revision has the oracle's figures and the differences add up to them`, () => {
  const counts = { closed: 0, billed: 0, overLimit: 0, revised: 0, lost: 0, late: 0 };
  fc.assert(
    fc.property(stories(SCENES), steps, (story, plotted) => {
      const appended = race(
        NO_SETTINGS,
        settingsLog(story, 'acme'),
        story.deliveries,
        plotted
          .map((step): Step => ({ ...step, at: story.from + step.at * HOUR_MS }))
          .toSorted((a, b) => a.at - b.at),
        story.to + DAY_MS,
      );
      const log = landed(appended);
      const expected = chargesByOracle(story);
      expect(textOf(closedDaysOf(log))).toBe(textOf(expectedDaysOf(expected)));
      counts.closed += expected.length;
      counts.billed += expected.filter(({ billed }) => billed > 0n).length;
      counts.overLimit += expected.filter(({ overLimit }) => overLimit > 0n).length;
      counts.revised += log.filter(({ revision }) => revision > 1).length;
      counts.lost += log.length - decided(log).length;
      counts.late += appended.length - log.length;
    }),
    { numRuns: SETS, seed: 20_260_310 },
  );
  // The generated stories are varied enough: every kind of event happened in many of them.
  const { late, ...often } = counts;
  expect(Math.min(...Object.values(often))).toBeGreaterThan(SETS / 10);
  // A record is late only where its statement becomes final while an aggregator sleeps.
  expect(late).toBeGreaterThan(SETS / 20);
}, 300_000);
