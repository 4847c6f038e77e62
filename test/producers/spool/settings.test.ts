import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { InvalidSpoolOptionsError } from '../../../producers/spool/errors.ts';
import { ScriptedTransport } from '../scripted-transport.ts';
import { call } from '../sample-event.ts';
import { away, Place } from './spooled.ts';

let here: Place;
beforeEach(() => (here = new Place()));
afterEach(() => here.drop());

const problemsOf = (options: object): readonly string[] => {
  try {
    here.publisher(new ScriptedTransport(), options);
    return [];
  } catch (error) {
    if (error instanceof InvalidSpoolOptionsError) return error.problems;
    throw error;
  }
};

const modeOf = (path: string): string => (statSync(path).mode % 0o1000).toString(8);

describe('the options of a spool', () => {
  it('are checked when the publisher is created, and every mistake is reported at once', () => {
    expect(
      problemsOf({ directory: '', maxBytes: 5, resolveWhen: 'sent', whenFull: 'drop', fsyncEveryMs: -1 }),
    ).toEqual([
      'spool.maxBytes is 5: set it to a whole number of at least 1048576.',
      `spool.resolveWhen is "sent": use 'spooled' or 'acknowledged'.`,
      `spool.whenFull is "drop": use 'reject' or 'wait'.`,
      'spool.fsyncEveryMs is -1: set it to 0 to 1,000 milliseconds.',
      'Set spool.directory to the path of a directory.',
    ]);
  });

  it.each([
    ['is a file', 'is not a directory', () => writeFileSync(here.path('x'), '')],
    [
      'others may write to',
      'Others may write',
      () => (mkdirSync(here.path('x')), chmodSync(here.path('x'), 0o777)),
    ],
    ['is too long for a lock', 'use a shorter path', () => undefined, 'x'.repeat(90)],
    ['has no parent', 'its parent must exist', () => undefined, 'x/y'],
  ])('reject a directory that %s', (_, problem, prepare, name = 'x') => {
    prepare();
    expect(problemsOf({ directory: here.path(name) })).toEqual([expect.stringContaining(problem)]);
  });

  it('make a directory for this user alone, and files that only this user reads', async () => {
    const directory = here.path('new');
    const publisher = here.publisher(away(), { directory });
    await publisher.publish(call());
    expect([modeOf(directory), modeOf(`${directory}/000000000000000.spool`)]).toEqual(['700', '600']);
  });
});
