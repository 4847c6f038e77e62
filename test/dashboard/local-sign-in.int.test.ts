import { mkdtempSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createSignInCode, voidSignInCodes } from '../../api/dashboard/sign-in-codes.ts';
import { openApi, type Answer, type ApiUnderTest } from '../api/api-under-test.ts';
import { runDataDir } from '../servers/addresses.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const DAY_MS = 86_400_000;
const PATH = '/local/sign-in';
const CHOICE = { role: 'super_admin', org: 'net-66', user: 'ann' };

let dir: string;
let api: ApiUnderTest;
beforeAll(async () => {
  dir = mkdtempSync(join(runDataDir(), 'sign-in-'));
  api = await openApi('signin', NOW, 'local', { signInDir: dir });
});
afterEach(() => {
  api.clock.now = NOW;
});
afterAll(() => api.close());

const redeem = (code: unknown): Promise<Answer> =>
  api.send(`${PATH}/session`, { method: 'POST', body: { code } });
async function newSession(): Promise<Record<string, string>> {
  const { status, body } = await redeem(createSignInCode(dir));
  expect(status).toBe(200);
  return { authorization: `Bearer ${String(Object(body).session)}` };
}
const choose = (headers: Record<string, string>, body: object = CHOICE): Promise<Answer> =>
  api.send(PATH, { method: 'POST', body, headers });

const tokenOf = async (): Promise<string> => String(Object((await choose(await newSession())).body).token);

/** The different statuses of all requests to the sign-in with a header; they use up no link. */
async function statusesOfOthers(header: Readonly<Record<string, string>>): Promise<(number | undefined)[]> {
  const code = createSignInCode(dir);
  const session = await newSession();
  const asked = [
    ['GET', PATH, undefined],
    ['POST', PATH, JSON.stringify(CHOICE)],
    ['POST', PATH, '{}'],
    ['POST', `${PATH}/session`, JSON.stringify({ code })],
  ] as const;
  const statuses = new Set<number | undefined>();
  for (const [method, path, body] of asked) {
    statuses.add(await statusOf(method, path, { ...session, ...header }, body));
  }
  expect((await redeem(code)).status).toBe(200);
  return [...statuses];
}

describe('the local sign-in', () => {
  it('exchanges the code of a link for a session, and with it makes a token of the chosen role', async () => {
    const session = await newSession();
    expect(await api.send(PATH, { headers: session })).toMatchObject({ status: 200, body: { orgs: [] } });
    const chosen = await choose(session);
    expect(chosen).toMatchObject({ status: 200, body: { token: expect.any(String) } });
    const headers = { authorization: `Bearer ${String(Object(chosen.body).token)}` };
    expect(await api.send('/v1/orgs/net-66/additional-limit', { headers })).toMatchObject({ status: 200 });
    expect(await api.send('/v1/orgs/net-67/additional-limit', { headers })).toMatchObject({ status: 404 });
  });

  it('takes a code once', async () => {
    const code = createSignInCode(dir);
    expect((await redeem(code)).status).toBe(200);
    expect(await redeem(code)).toMatchObject({
      status: 401,
      body: { detail: expect.stringMatching(/^This link was used before, or is an old one\. Open the link/) },
    });
  });

  it('takes a code once, however many send it at the same moment', async () => {
    const code = createSignInCode(dir);
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it.each(['', 'x', '../secret', 'A'.repeat(22), 'é'.repeat(22), '..%2f..%2f..%2f..%2f..x'])(
    'takes no made-up code: %j',
    async (code) => {
      expect((await redeem(code)).status).toBe(401);
    },
  );

  it('takes no code that a new start of the stack made void', async () => {
    const code = createSignInCode(dir);
    voidSignInCodes(dir);
    expect((await redeem(code)).status).toBe(401);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['nothing', async () => ({})],
    ['a session that has ended', async () => ((api.clock.now = NOW - 31 * DAY_MS), newSession())],
    ['a token of a role', async () => ({ authorization: `Bearer ${await tokenOf()}` })],
    ['the code itself', async () => ({ authorization: `Bearer ${createSignInCode(dir)}` })],
  ])('shows and makes nothing for %s, and says where the link is', async (_, headersOf) => {
    const headers: Record<string, string> = await headersOf();
    api.clock.now = NOW;
    for (const answer of [await api.send(PATH, { headers }), await choose(headers)]) {
      expect(answer).toMatchObject({
        status: 401,
        body: { detail: expect.stringContaining('"sign in: ..."') },
      });
    }
  });

  it('makes no session that passes for a token', async () => {
    const headers = await newSession();
    expect(await api.send('/v1/orgs/net-66/credits', { headers })).toMatchObject({ status: 401 });
  });

  it('makes no token of the platform, which could change everyone’s settings', async () => {
    expect(await choose(await newSession(), { ...CHOICE, role: 'platform' })).toMatchObject({ status: 400 });
  });

  it.each([
    ['x-forwarded-for', '203.0.113.1'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-for', ''],
    ['forwarded', 'for=203.0.113.1'],
    ['x-forwarded-host', 'localhost'],
    ['x-forwarded-proto', 'https'],
    ['x-real-ip', '203.0.113.1'],
    ['via', '1.1 proxy'],
    ['host', 'rebound.example'],
    ['host', '127.0.0.1.rebound.example'],
    ['host', 'localhost.rebound.example:80'],
    ['host', '192.0.2.1'],
  ])('does not exist for requests of others: %s: %s', async (name, value) => {
    expect(await statusesOfOthers({ [name]: value })).toEqual([404]);
  });

  it('is not reached by a request whose Host is not a host', async () => {
    expect(await statusesOfOthers({ host: '127.0.0.1@rebound.example' })).toEqual([400]);
  });

  it.each(['localhost', '[::1]:8080', '127.0.0.1:80'])('exists at %s', async (host) => {
    expect(await statusOf('GET', PATH, { ...(await newSession()), host })).toBe(200);
  });

  it('does not exist unless the configuration says so', async () => {
    const other = await openApi('signin', NOW, 'local');
    try {
      expect(await other.get(PATH)).toMatchObject({ status: 404 });
      expect(await other.send(PATH, { method: 'POST', body: CHOICE })).toMatchObject({ status: 404 });
    } finally {
      await other.close();
    }
  });
});

/** fetch sends no Host of its own choice. */
function statusOf(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(api.url + path, { method, headers: { ...headers, ...type } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
