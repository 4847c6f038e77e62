import { UsageError } from '../../../platform/command-line/command.ts';
import { Options } from '../../../platform/command-line/options.ts';

const TYPES = { org: 'string', users: 'string', apply: 'boolean' } as const;
const options = (...args: string[]) => new Options('THE USAGE', TYPES, args);

describe('the options of a command', () => {
  it('are read by their types', () => {
    const read = options('--org', 'acme', '--users=12', '--apply');
    expect([read.required('org'), read.integer('users'), read.has('apply')]).toEqual(['acme', 12, true]);
    expect(options().integer('users')).toBeUndefined();
    expect(options('--help').has('help')).toBe(true);
  });

  it.each([
    ['an unknown one', () => options('--orgs', 'x'), /--orgs/],
    ['a word too much', () => options('acme'), /acme/],
    ['a missing one', () => options().required('org'), /--org is missing/],
    ['an empty one', () => options('--org=').required('org'), /--org is empty/],
    ['a number that is none', () => options('--users', '1.5').integer('users'), /--users is a whole number/],
  ])('complain about %s with the usage', (_, read, message) => {
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).toThrow(/THE USAGE/);
  });
});
