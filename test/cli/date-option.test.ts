import { dateOption } from '../../cli/date-option.ts';
import { UsageError } from '../../platform/command-line/command.ts';
import { Options } from '../../platform/command-line/options.ts';

const dayOf = (...args: string[]) => dateOption(new Options('THE USAGE', { day: 'string' }, args), 'day');

describe('an option that is a date', () => {
  it('is returned as written', () => {
    expect(dayOf('--day', '2026-02-28')).toBe('2026-02-28');
  });

  it.each([
    ['missing', [], /--day is missing/],
    ['a day that the month does not have', ['--day', '2026-02-29'], /--day: .*not a date/],
  ])('is rejected with the usage when it is %s', (_, args, message) => {
    expect(() => dayOf(...args)).toThrow(UsageError);
    expect(() => dayOf(...args)).toThrow(message);
    expect(() => dayOf(...args)).toThrow(/THE USAGE/);
  });
});
