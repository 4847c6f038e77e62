import { UsageError } from '../../../aggregator/commands/command.ts';
import { Options } from '../../../aggregator/commands/options.ts';
import { table } from '../../../aggregator/commands/table.ts';

const TYPES = { org: 'string', users: 'string', day: 'string', apply: 'boolean' } as const;
const options = (...args: string[]) => new Options('THE USAGE', TYPES, args);

describe('the options of a command', () => {
  it('are read by their types', () => {
    const read = options('--org', 'acme', '--users=12', '--day', '2026-02-28', '--apply');
    expect([read.required('org'), read.integer('users'), read.date('day'), read.has('apply')]).toEqual([
      'acme',
      12,
      '2026-02-28',
      true,
    ]);
    expect(options().integer('users')).toBeUndefined();
    expect(options('--help').has('help')).toBe(true);
  });

  it.each([
    ['an unknown one', () => options('--orgs', 'x'), /--orgs/],
    ['a word too much', () => options('acme'), /acme/],
    ['a missing one', () => options().required('org'), /--org is missing/],
    ['an empty one', () => options('--org=').required('org'), /--org is empty/],
    ['a number that is none', () => options('--users', '1.5').integer('users'), /--users is a whole number/],
    ['a date that the month has not', () => options('--day', '2026-02-29').date('day'), /--day: .*no date/],
  ])('complain about %s with the usage', (_, read, message) => {
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).toThrow(/THE USAGE/);
  });
});

describe('a table', () => {
  it('aligns numbers to the right and words to the left, its header with them', () => {
    expect(
      table(
        [
          ['ann', '5'],
          ['jo', '1,200'],
        ],
        ['who', 'n'],
      ),
    ).toEqual(['  who      n', '  ann      5', '  jo   1,200']);
  });
});
