import { createLocalSessions } from '../../api/dashboard/local-sessions.ts';

const secret = Buffer.from('a secret of thirty-two bytes, more or less');

it('a session that one API of a stack gave is good at the others', async () => {
  const [one, other] = [createLocalSessions(secret, () => 0), createLocalSessions(secret, () => 0)];
  const session = await one.issue();
  expect(await other.isValid(session)).toBe(true);
  expect(await createLocalSessions(Buffer.from('another secret'), () => 0).isValid(session)).toBe(false);
});
