import { CLIENT } from '../../servers/identity-provider.ts';
import { signToken } from '../../../api/auth/tokens.ts';
import { listenWithoutServers, SECRET } from '../api-without-servers.ts';
import { openSignedInApi, SESSION_SECRET, type SignedInApi } from '../sign-in/signed-in-api.ts';
import { newVisitor, type Page, type Visitor } from '../sign-in/visitor.ts';

const HOUR_MS = 3_600_000;
const IDLE_MS = 1_800_000;
const SESSION = 'api-credits-session;/';
const ACTIVITY = 'api-credits-activity;/';
const OWN = { 'sec-fetch-site': 'same-origin' };

let api: SignedInApi;
beforeAll(async () => {
  api = await openSignedInApi();
});
beforeEach(() => {
  api.clock.now = Date.now();
});
afterAll(() => api.close());

/** 503 while the session is good: the API would read what ClickHouse has, and there is none. */
const read = (visitor: Visitor, url = api.url): Promise<Page> => visitor.open(`${url}/v1/orgs/acme/credits`);
const use = (visitor: Visitor): Promise<Page> =>
  visitor.open(`${api.url}/sign-in/session/activity`, { method: 'POST', headers: OWN });
const signOut = (visitor: Visitor): Promise<Page> =>
  visitor.open(`${api.url}/sign-in/session/end`, { method: 'POST', headers: OWN });
const sessionOf = async (visitor: Visitor): Promise<unknown> =>
  Object(JSON.parse((await visitor.open(`${api.url}/sign-in/session`)).text)).session;

const typeOf = ({ text }: Page): unknown => Object(JSON.parse(text)).type;

describe('a session of the dashboard', () => {
  it('ends when no one has used the dashboard for a while; polling for figures is no use', async () => {
    const { visitor } = await api.signIn('ann');
    for (let minute = 0; minute < 29; minute += 1) {
      api.clock.now += 60_000;
      expect((await read(visitor)).status).toBe(503);
    }
    api.clock.now += 60_000;
    const ended = await read(visitor);
    expect([ended.status, typeOf(ended)]).toEqual([401, 'session-ended']);
    expect(await sessionOf(visitor)).toBe(null);
  });

  it('goes on while someone uses the dashboard, up to its limit', async () => {
    const { visitor } = await api.signIn('ann');
    const endsAt = api.clock.now + 8 * HOUR_MS;
    while (api.clock.now < endsAt - IDLE_MS) {
      api.clock.now += IDLE_MS - 1;
      expect((await use(visitor)).status).toBe(200);
    }
    expect(await sessionOf(visitor)).toMatchObject({ idle_ends_at: new Date(endsAt).toISOString() });
    api.clock.now = endsAt - 1;
    expect((await read(visitor)).status).toBe(503);
    api.clock.now = endsAt;
    expect((await read(visitor)).status).toBe(401);
    await use(visitor);
    expect(await sessionOf(visitor)).toBe(null);
  });

  it('is not prolonged once it has ended', async () => {
    const { visitor } = await api.signIn('ann');
    api.clock.now += IDLE_MS;
    const { text, setCookies } = await use(visitor);
    expect(JSON.parse(text)).toMatchObject({ session: null });
    expect(setCookies).toEqual([]);
  });

  it('counts no activity of another sign-in', async () => {
    const { visitor: other } = await api.signIn('ann');
    const { visitor } = await api.signIn('ann');
    api.clock.now += IDLE_MS - 1;
    await use(other);
    visitor.cookies.set(ACTIVITY, other.cookies.get(ACTIVITY) ?? '');
    api.clock.now += 1;
    expect((await read(visitor)).status).toBe(401);
    expect((await read(other)).status).toBe(503);
  });

  it('ends in this browser when the person signs out, also where a late answer records activity', async () => {
    const { visitor } = await api.signIn('ann');
    const late = newVisitor();
    for (const [key, value] of visitor.cookies) late.cookies.set(key, value);
    await signOut(visitor);
    await use(late);
    visitor.cookies.set(ACTIVITY, late.cookies.get(ACTIVITY) ?? '');
    expect(await sessionOf(visitor)).toBe(null);
    expect((await read(visitor)).status).toBe(401);
  });

  it('goes on to the provider’s sign-out, with the ID token in no answer to a script', async () => {
    const { visitor } = await api.signIn('ann');
    const { text } = await signOut(visitor);
    expect(text).not.toMatch(/eyJ/);
    const { status, location } = await visitor.open(`${api.url}/sign-in/sign-out`);
    expect(status).toBe(302);
    const address = new URL(location);
    expect(address.origin).toBe(api.provider.issuer);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: CLIENT.id,
      post_logout_redirect_uri: `${api.url}/`,
      id_token_hint: expect.stringMatching(/^eyJ/),
    });
    expect((await visitor.open(location)).status).toBe(200);
    expect([...visitor.cookies.keys()].filter((key) => key.startsWith('api-credits'))).toEqual([]);
  });

  it('is not ended by a link from elsewhere', async () => {
    const { visitor } = await api.signIn('ann');
    const { location } = await visitor.open(`${api.url}/sign-in/sign-out`);
    expect(location).toBe(`${api.url}/`);
    expect((await read(visitor)).status).toBe(503);
  });

  it('opens nothing when a byte of its cookie is changed, or it is cut, or it is another cookie', async () => {
    const { visitor } = await api.signIn('ann');
    await use(visitor);
    const cookie = visitor.cookies.get(SESSION) ?? '';
    const activity = visitor.cookies.get(ACTIVITY) ?? '';
    const changed = Array.from({ length: cookie.length }, (_, at) => at)
      .filter((at) => at % 9 === 0)
      .map((at) => cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1));
    for (const text of [...changed, cookie.slice(0, -2), '', 'x', 'a.b.c.d.e', '....', activity]) {
      visitor.cookies.set(SESSION, text);
      expect([text, (await read(visitor)).status]).toEqual([text, 401]);
    }
    visitor.cookies.set(SESSION, cookie);
    expect((await read(visitor)).status).toBe(503);
  });

  it('leaves a token its own rights: a token beside a session decides alone', async () => {
    const { visitor } = await api.signIn('ann');
    const token = await signToken(SECRET, { role: 'user', sub: 'zoe', org: 'other' }, api.clock.now + 60_000);
    const headers = { authorization: `Bearer ${token}` };
    expect((await visitor.open(`${api.url}/v1/orgs/acme/credits`, { headers })).status).toBe(404);
    expect((await visitor.open(`${api.url}/v1/orgs/other/credits`, { headers })).status).toBe(503);
    const wrong = { authorization: 'Bearer x' };
    const page = await visitor.open(`${api.url}/v1/orgs/acme/credits`, { headers: wrong });
    expect([page.status, typeOf(page)]).toEqual([401, 'unauthorized']);
  });

  describe('and the sites that make requests with it', () => {
    const PATH = '/v1/orgs/acme/additional-limit';
    let visitor: Visitor;
    beforeAll(async () => {
      ({ visitor } = await api.signIn('ann'));
    });

    it('accepts a change from its own pages: the role decides', async () => {
      // 403: an admin may not set the limit.
      const page = await visitor.open(api.url + PATH, { method: 'PUT', headers: OWN });
      expect([page.status, typeOf(page)]).toEqual([403, 'forbidden']);
      expect((await visitor.open(api.url + PATH, { headers: OWN })).status).toBe(503);
    });

    it.each([
      ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
      ['a sibling domain', { 'sec-fetch-site': 'same-site' }],
      ['an address bar', { 'sec-fetch-site': 'none' }],
      ['an old browser at another site', { origin: 'https://evil.example' }],
      ['a page without an origin', { origin: 'null' }],
      ['something that says nothing', {}],
    ])('rejects a change from %s', async (_, headers: Record<string, string>) => {
      for (const [method, path] of [
        ['PUT', PATH],
        ['POST', '/sign-in/session/activity'],
        ['POST', '/sign-in/session/end'],
      ] as const) {
        const page = await visitor.open(api.url + path, { method, headers });
        expect([path, page.status, typeOf(page)]).toEqual([path, 403, 'cross-site']);
        expect(page.setCookies).toEqual([]);
      }
    });

    it('accepts one from an old browser at its own address', async () => {
      const headers = { origin: api.url };
      const page = await visitor.open(api.url + PATH, { method: 'PUT', headers });
      expect([page.status, typeOf(page)]).toEqual([403, 'forbidden']);
    });

    it('answers no page of another site, also where it only reads', async () => {
      const headers = { 'sec-fetch-site': 'cross-site' };
      expect(typeOf(await visitor.open(api.url + PATH, { headers }))).toBe('cross-site');
      expect((await visitor.open(api.url + PATH, { headers: { 'sec-fetch-site': 'none' } })).status).toBe(
        503,
      );
    });
  });
});

const NEW_SECRET = 'a new session secret that replaces the other one';

/** After a restart with other secrets, or at another address. */
async function statusUnder(secrets: string, visitor: Visitor, publicUrl = api.url): Promise<number> {
  const restarted = await openSignedInApi({ SESSION_SECRET: secrets, PUBLIC_URL: publicUrl });
  restarted.clock.now = api.clock.now;
  try {
    return (await read(visitor, restarted.url)).status;
  } finally {
    await restarted.close();
  }
}

describe('the secret of sessions', () => {
  it('ends all sessions when it is replaced, and none when a new one is put before it', async () => {
    const { visitor } = await api.signIn('ann');
    expect(await statusUnder(SESSION_SECRET, visitor)).toBe(503);
    expect(await statusUnder(`${NEW_SECRET},${SESSION_SECRET}`, visitor)).toBe(503);
    expect(await statusUnder(NEW_SECRET, visitor)).toBe(401);
  });

  it('opens no session of another deployment that has the same secret', async () => {
    const { visitor } = await api.signIn('ann');
    expect(await statusUnder(SESSION_SECRET, visitor, 'http://127.0.0.1:8080')).toBe(401);
  });
});

describe('without an identity provider', () => {
  it('the API knows no sessions', async () => {
    const plain = await listenWithoutServers();
    try {
      const { visitor } = await api.signIn('ann');
      for (const path of ['/sign-in', '/sign-in/session', '/sign-in/callback', '/sign-in/sign-out']) {
        expect((await visitor.open(plain.url + path)).status).toBe(404);
      }
      const page = await read(visitor, plain.url);
      expect([page.status, typeOf(page)]).toEqual([401, 'unauthorized']);
    } finally {
      await plain.close();
    }
  });
});
