import { UsageError } from '../../../platform/command-line/command.ts';
import { readArguments } from '../../../producers/access-log/arguments.ts';

const read = (...args: string[]): ReturnType<typeof readArguments> => readArguments(args, '/home/me');

describe('the command line of the replay', () => {
  it('is a file, once, as logged, unless it says otherwise', () => {
    expect(read('a.log')).toEqual({
      file: '/home/me/a.log',
      repetitions: 1,
      anchor: { kind: 'as-logged' },
      once: false,
      json: false,
    });
  });

  it('takes an absolute path and standard input as they are', () => {
    expect(read('/var/log/a.gz')?.file).toBe('/var/log/a.gz');
    expect(read('-')?.file).toBe('-');
  });

  it('takes repetitions and anchors in any order', () => {
    expect(read('--laps', '8', 'a', '--shift-to-now')).toMatchObject({
      repetitions: 8,
      anchor: { kind: 'now' },
    });
    expect(read('a', '--anchor=2026-03-01T13:00:00.5+01:00')?.anchor).toEqual({
      kind: 'at',
      atMs: Date.UTC(2026, 2, 1, 12, 0, 0, 500),
    });
  });

  it('say what an anchor looks like', () => {
    expect(() => read('a', '--anchor', '2026-11-31T12:00:00Z')).toThrow(
      '--anchor is an instant like 2026-03-01T12:00:00Z; "2026-11-31T12:00:00Z" is not one.',
    );
  });

  it('can ask for help', () => {
    expect(read('--help')).toBeUndefined();
  });

  it.each([
    ['no file', []],
    ['two files', ['a', 'b']],
    ['an unknown option', ['a', '--lap', '2']],
    ['--laps without a number', ['a', '--laps']],
    ['no repetitions', ['a', '--laps', '0']],
    ['half a repetition', ['a', '--laps', '1.5']],
    ['too many repetitions', ['a', '--laps', '1001']],
    ['a date for an anchor', ['a', '--anchor', '2026-03-01']],
    ['an anchor without a zone', ['a', '--anchor', '2026-03-01T12:00:00']],
    ['an anchor that is not a date', ['a', '--anchor', '2026-13-01T12:00:00Z']],
    ['31 November', ['a', '--anchor', '2026-11-31T12:00:00Z']],
    ['29 February outside a leap year', ['a', '--anchor', '2026-02-29T12:00:00Z']],
    ['24:00', ['a', '--anchor', '2026-03-01T24:00:00Z']],
    ['an anchor without seconds', ['a', '--anchor', '2026-03-01T12:00Z']],
    ['a zone of 24 hours', ['a', '--anchor', '2026-03-01T12:00:00+24:00']],
    ['both anchors', ['a', '--shift-to-now', '--anchor', '2026-03-01T12:00:00Z']],
  ])('are rejected with %s, and the usage is shown', (_, args) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow('npm run replay -- FILE');
  });
});
