import { arrivalAt, callEvent, callInput, latenessMs } from './calls.ts';

const CALLS = 20_000;
const NOW = Date.UTC(2026, 10, 29);
const indexes = Array.from({ length: CALLS }, (_, index) => index);
const shareOf = (isOne: (index: number) => boolean): number => indexes.filter(isOne).length / CALLS;

it('the calls of a benchmark are the same in every run', () => {
  expect(callEvent(7, NOW)).toEqual(callEvent(7, NOW));
  expect(callEvent(7, NOW).event_id).not.toBe(callEvent(8, NOW).event_id);
});

it('a quarter of the calls is one giant’s, and the others are skewed', () => {
  const orgs = indexes.map((index) => callInput(index, NOW).org_id);
  const share = (org: string): number => orgs.filter((each) => each === org).length / CALLS;
  expect(share('org-0')).toBeCloseTo(0.25, 1);
  expect(share('org-1')).toBeGreaterThan(10 * share('org-5000'));
  expect(new Set(orgs).size).toBeGreaterThan(2_000);
});

it('2 % are late by one to eleven hours, and 1 % repeat an earlier call', () => {
  expect(shareOf((index) => latenessMs(index) > 0)).toBeCloseTo(0.02, 2);
  const late = indexes.map(latenessMs).filter((ms) => ms > 0);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(3_600_000);
  expect(Math.max(...late)).toBeLessThan(11 * 3_600_000);
  expect(shareOf((position) => arrivalAt(position) < position)).toBeCloseTo(0.01, 2);
  expect(shareOf((position) => arrivalAt(position) > position)).toBe(0);
});
