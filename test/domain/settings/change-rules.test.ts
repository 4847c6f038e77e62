import * as fc from 'fast-check';
import { assertPathName } from '../../../domain/settings/change-rules.ts';
import { created, logOf, NO_SETTINGS, rejectionsOf } from './changes.ts';

const T = Date.parse('2026-03-10T12:00:00Z');
const isPathName = (name: string): boolean => {
  try {
    assertPathName(name, 'org-id', 'it');
    return true;
  } catch {
    return false;
  }
};

describe('a name that is accepted', () => {
  it('comes back from any path that a client of the URL standard requests', () => {
    const dots = fc.constantFrom(
      '.',
      '..',
      '...',
      '%2e',
      '%2E.',
      '.%2e',
      '%2e%2e',
      '%252e',
      '',
      ' ',
      '/',
      '\\',
      '?',
      '#',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          dots,
          fc.string({ unit: 'grapheme', maxLength: 20 }),
          fc.stringMatching(/^[.%2eE/\\]{0,6}$/),
        ),
        (name) => {
          fc.pre(isPathName(name));
          const { pathname } = new URL(`/v1/orgs/${encodeURIComponent(name)}/credits`, 'http://x');
          expect(decodeURIComponent(/^\/v1\/orgs\/([^/]+)\/credits$/.exec(pathname)?.[1] ?? '')).toBe(name);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each(['.', '..', '', '\n', 'x'.repeat(129)])('is not %j', (name) =>
    expect(isPathName(name)).toBe(false),
  );
});

describe('a reason with control characters', () => {
  const log = logOf(T, created(), { value: { billing_day: 2 }, reason: 'two\nlines' });
  const [first, second] = log;

  it('is rejected when the change is new', () => {
    const state = NO_SETTINGS.after(first === undefined ? [] : [first]);
    expect(() => {
      if (second) state.check(second);
    }).toThrow('no control characters');
  });

  it('changes nothing about a change that the log already holds', () => {
    const state = NO_SETTINGS.after(log);
    expect(rejectionsOf(state, log)).toEqual([]);
    expect(state.fields('acme')?.billingDay.map(({ value }) => value)).toEqual([1, 2]);
  });
});
