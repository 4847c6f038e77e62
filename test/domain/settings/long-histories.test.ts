import * as fc from 'fast-check';
import { changesWithin, inEffectAt, inEffectDuring } from '../../../domain/versions.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { VersionList } from '../../../domain/settings/version-list.ts';
import { history } from '../calendar/histories.ts';
import { created, logOf, NO_SETTINGS, subscribed } from './changes.ts';

const T = Date.parse('2026-03-10T12:00:00Z');
const free = { edition: 'free', users: 1 };

const limits = (...changes: Parameters<typeof logOf>[1][]) => {
  const log = logOf(T, created(), subscribed(free), ...changes);
  const fields = NO_SETTINGS.after(log).fields('acme')?.subscriptions.get('crm');
  return fields?.additionalLimit.map(({ value, offset }) => [value, offset]);
};

const version = (value: number) => ({
  value,
  effectiveAt: value,
  recordedAt: 0,
  recordedBy: 'ann',
  reason: '',
});

describe('long histories', () => {
  it('are searched with the results of a scan', () => {
    const instants = fc.array(fc.nat({ max: 60 }), { minLength: 17, maxLength: 60 });
    fc.assert(
      fc.property(instants, fc.nat({ max: 70 }), fc.nat({ max: 20 }), (each, from, length) => {
        const versions = each.map((effectiveAt, index) => ({ effectiveAt, index }));
        const to = from + length;
        const scanned = (at: number) =>
          versions
            .filter(({ effectiveAt }) => effectiveAt <= at)
            .toSorted((a, b) => a.effectiveAt - b.effectiveAt || a.index - b.index)
            .at(-1);
        expect(inEffectAt(versions, from)).toEqual(scanned(from));
        const within = [...new Set(each.filter((at) => at > from && at < to))].toSorted((a, b) => a - b);
        expect(changesWithin(versions, from, to)).toEqual(within);
        const during = new Set(
          [from, ...within].map((at) => scanned(at)).filter((found) => found !== undefined),
        );
        expect(inEffectDuring(versions, from, to)).toEqual([...during]);
      }),
      { seed: 5, numRuns: 2_000 },
    );
  });

  it('of time zones give every date once, without gaps', () => {
    const zones = ['Europe/Rome', 'Asia/Tokyo', 'America/New_York', 'Pacific/Apia'];
    const changes = Array.from({ length: 200 }, (_, index): [number, string] => [
      T + index * 36 * 3_600_000,
      zones[index % 4] ?? '',
    ]);
    const calendar = calendarOf(history(...changes));
    const days = calendar.daysBetween(T - 10 * 86_400_000, T + 400 * 86_400_000);
    for (const [index, day] of days.entries()) {
      expect(day.to).toBe(days[index + 1]?.from ?? day.to);
      expect(calendar.dayByDate(day.date)).toEqual(day);
      expect(calendar.dayAt(day.from)).toEqual(day);
    }
  });
});

describe('an equal value', () => {
  it('that takes effect at once is one version, however often it is recorded', () => {
    const five = subscribed({ additional_limit: 5 });
    expect(limits(five, five, five)).toEqual([
      [0, 1],
      [5, 2],
    ]);
    expect(limits(five, subscribed({ additional_limit: 6 }), five)).toEqual([
      [0, 1],
      [5, 2],
      [6, 3],
      [5, 4],
    ]);
  });

  it('that is planned for later confirms itself against changes in between', () => {
    const later = subscribed({ additional_limit: 0 }, { effective_at: T + 86_400_000 });
    const log = logOf(T, created(), subscribed(free), later, subscribed({ additional_limit: 9 }));
    const versions = NO_SETTINGS.after(log).fields('acme')?.subscriptions.get('crm')?.additionalLimit ?? [];
    expect([T + 10_000, T + 86_400_000].map((at) => inEffectAt(versions, at)?.value)).toEqual([9, 0]);
  });

  it('is kept while another value is planned', () => {
    const planned = subscribed({ additional_limit: 7 }, { effective_at: T + 86_400_000 });
    expect(limits(planned, subscribed({ additional_limit: 0 }))).toEqual([
      [0, 1],
      [7, 2],
      [0, 3],
    ]);
  });

  it('stays in the history of changes', () => {
    const five = subscribed({ additional_limit: 5 });
    expect(
      NO_SETTINGS.after(logOf(T, created(), subscribed(free), five, five)).outcomesOf('acme'),
    ).toHaveLength(4);
  });
});

describe('a list of versions', () => {
  it('gives its versions in the order of recording, whatever was read in between', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (reads) => {
        let list = VersionList.add(undefined, version(0));
        const lists = [list];
        const read: [length: number, expected: number][] = [];
        for (const [index, isRead] of reads.entries()) {
          if (isRead) read.push([list.versions.length, index + 1]);
          list = VersionList.add(list, version(index + 1));
          lists.push(list);
        }
        for (const [length, expected] of read) expect(length).toBe(expected);
        // Also the earlier ones, which later reads have taken the arrays of.
        for (const [index, each] of [...lists.entries()].toReversed()) {
          expect(each.versions.map(({ value }) => value)).toEqual(
            Array.from({ length: index + 1 }, (_, at) => at),
          );
        }
      }),
    );
  });
});
