import { renameUser } from '../../../domain/alerts/named-user.ts';
import { measureSubjects } from '../../../domain/alerts/subject-rules.ts';
import { measureUnusualHour } from '../../../domain/alerts/unusual-hour.ts';

const NAMES = ['ann', 'a', 'The user', 'ann "x" \\ $1 $& has used 5', 'bob: 3, usually 4.', 'ünï'];

const share = (user: string) => {
  const rule = { rule_id: 'one', kind: 'user-share', percent: 10 } as const;
  const [measured] = measureSubjects(
    rule,
    100,
    { rows: [{ subject: user, credits: 50 }], isComplete: true },
    [],
  );
  if (measured === undefined) throw new Error('one is measured');
  return measured;
};
const rename = (found: string) => (found === 'ann' ? 'erased-1' : undefined);
const hour = (subject: string, dimension = 'user') =>
  measureUnusualHour(
    { rule_id: 'hour', kind: 'unusual-hour', percent: 200, credits: 5 },
    { hour: 0, credits: 5_000, usual: 10, cause: { dimension, subject, credits: 4_000, usual: 3 } },
  );

const budget = (user: string, message: string) => ({
  kind: 'budget-share',
  subject: `user ${user}`,
  message,
});

describe('an alert with another name in place of its user', () => {
  it.each(NAMES)('is the alert about that name: %s', (user) => {
    for (const measured of [share, hour]) {
      const { subject, message } = measured('erased-1');
      const found = renameUser(measured(user), (each) => (each === user ? 'erased-1' : undefined));
      expect(found).toEqual({ subject, message });
    }
  });

  it('stays as it is where it names another user, an app or an endpoint', () => {
    expect(renameUser(share('bob'), rename)).toBeUndefined();
    expect(renameUser(hour('ann', 'app'), rename)).toBeUndefined();
    expect(renameUser({ ...share('ann'), kind: 'app-share' }, rename)).toBeUndefined();
  });

  it('is about the budget of that name', () => {
    for (const [before, after] of [
      ['The user ann has used 5 of the 9', 'The user erased-1 has used 5 of the 9'],
      ['The budget of the user ann has ended.', 'The budget of the user erased-1 has ended.'],
    ] as const) {
      expect(renameUser(budget('ann', before), rename)).toEqual({ subject: 'user erased-1', message: after });
    }
    expect(renameUser({ ...budget('ann', ''), subject: 'app ann' }, rename)).toBeUndefined();
  });

  it('has another subject also where its message names no one', () => {
    const alert = { kind: 'user-share', subject: 'ann', message: 'The rule was removed.' };
    expect(renameUser(alert, () => 'erased-1')).toEqual({
      subject: 'erased-1',
      message: 'The rule was removed.',
    });
  });
});
