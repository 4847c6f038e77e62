import { UsageError } from '../../../platform/command-line/command.ts';
import { Options } from '../../../platform/command-line/options.ts';

const TYPES = { org: 'string', users: 'string', apply: 'boolean' } as const;
const options = (...args: string[]) => new Options('THE USAGE', TYPES, args);

describe('the options of a command', () => {
  it('are parsed by their types', () => {
    const read = options('--org', 'acme', '--users=12', '--apply');
    expect([read.required('org'), read.integer('users'), read.has('apply')]).toEqual(['acme', 12, true]);
    expect(options().integer('users')).toBeUndefined();
    expect(options('--help').has('help')).toBe(true);
  });

  it.each([
    ['an unknown option', () => options('--orgs', 'x'), /--orgs/],
    ['an unexpected word', () => options('acme'), /acme/],
    ['a missing option', () => options().required('org'), /--org is missing/],
    ['an empty option', () => options('--org=').required('org'), /--org is empty/],
    ['a fraction', () => options('--users', '1.5').integer('users'), /--users must be a whole number/],
  ])('reject %s with the usage', (_, read, message) => {
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).toThrow(/THE USAGE/);
  });
});
