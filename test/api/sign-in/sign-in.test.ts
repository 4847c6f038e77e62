import { createSeal } from '../../../api/auth/seal.ts';
import { openSignedInApi, SESSION_SECRET, type SignedInApi } from './signed-in-api.ts';
import { newVisitor, signInAtProvider, type Visitor } from './visitor.ts';

let api: SignedInApi;
beforeAll(async () => {
  api = await openSignedInApi();
});
afterAll(() => api.close());

const ATTEMPT = 'api-credits-sign-in-';
const sessionOf = async (visitor: Visitor, url = api.url): Promise<unknown> =>
  Object(JSON.parse((await visitor.open(`${url}/sign-in/session`)).text)).session;
const attemptsOf = (visitor: Visitor): string[] =>
  [...visitor.cookies.keys()].filter((key) => key.startsWith(ATTEMPT));

describe('signing in with an identity provider', () => {
  it('asks for a code with PKCE, a state and a nonce, for this client and this address', async () => {
    const address = new URL(await api.begin(newVisitor()));
    expect(address.origin).toBe(api.provider.issuer);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: 'api-credits',
      response_type: 'code',
      redirect_uri: `${api.url}/sign-in/callback`,
      scope: 'openid profile email',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{22}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('gives the person a session with the role and the organisations of the claims', async () => {
    const { visitor, page } = await api.signIn('ann', newVisitor(), '?return=/calls%3Frange%3D7d');
    expect(page).toMatchObject({ status: 302, location: `${api.url}/calls?range=7d` });
    expect(await sessionOf(visitor)).toEqual({
      id: expect.any(String),
      user_id: 'ann',
      name: 'Ann Example',
      role: 'admin',
      orgs: ['acme'],
      ends_at: new Date(api.clock.now + 8 * 3_600_000).toISOString(),
      idle_ends_at: new Date(api.clock.now + 1_800_000).toISOString(),
    });
    // 503: the API would read it, and there is no ClickHouse.
    expect(await visitor.open(`${api.url}/v1/orgs/acme/credits`)).toMatchObject({ status: 503 });
    expect(await visitor.open(`${api.url}/v1/orgs/other/credits`)).toMatchObject({ status: 404 });
    expect(await visitor.open(`${api.url}/v1/charges`)).toMatchObject({ status: 403 });
  });

  it('keeps everything in cookies that no script reads, and no token in any answer', async () => {
    const { visitor, page } = await api.signIn('ann');
    const set = page.setCookies.filter((text) => !text.startsWith(ATTEMPT));
    expect(set).toEqual([
      expect.stringMatching(/^api-credits-session=[\w.-]+; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(
        /^api-credits-id-token=[\w.-]+; Max-Age=28800; Path=\/sign-in\/sign-out; HttpOnly; SameSite=Strict$/,
      ),
    ]);
    const { text } = await visitor.open(`${api.url}/sign-in/session`);
    expect(text).not.toMatch(/eyJ/);
    expect(page.location).not.toMatch(/eyJ|code/);
  });

  it('lets an answer of the provider in once', async () => {
    const visitor = newVisitor();
    const address = await signInAtProvider(visitor, await api.begin(visitor), 'ann');
    const before = new Map(visitor.cookies);
    expect((await visitor.open(address)).location).toBe(`${api.url}/`);
    expect((await visitor.open(address)).location).toBe(`${api.url}/#sign-in=unknown-attempt`);
    // A copy of the browser before: the provider rejects the code.
    const copy = newVisitor();
    for (const [key, value] of before) copy.cookies.set(key, value);
    expect((await copy.open(address)).location).toBe(`${api.url}/#sign-in=rejected`);
    expect(await sessionOf(copy)).toBe(null);
  });

  it('lets in only the browser that began', async () => {
    const visitor = newVisitor();
    const address = await signInAtProvider(visitor, await api.begin(visitor), 'ann');
    const other = newVisitor();
    expect((await other.open(address)).location).toBe(`${api.url}/#sign-in=unknown-attempt`);
    await api.begin(other);
    expect((await other.open(address)).location).toBe(`${api.url}/#sign-in=unknown-attempt`);
    expect(await sessionOf(other)).toBe(null);
  });

  it.each(['state', 'nonce', 'verifier'] as const)('rejects an answer with another %s', async (name) => {
    const visitor = newVisitor();
    const address = await signInAtProvider(visitor, await api.begin(visitor), 'ann');
    const [key = ''] = attemptsOf(visitor);
    const seal = createSeal([Buffer.from(SESSION_SECRET)], 'sign-in attempt');
    const attempt = Object(await seal.open(visitor.cookies.get(key) ?? ''));
    visitor.cookies.set(key, await seal.close({ ...attempt, [name]: 'A'.repeat(43) }));
    const problem = name === 'state' ? 'unknown-attempt' : 'rejected';
    expect((await visitor.open(address)).location).toBe(`${api.url}/#sign-in=${problem}`);
    expect(await sessionOf(visitor)).toBe(null);
  });

  it.each(['', 'x', '..', 'A'.repeat(22), 'é', '%00'])(
    'rejects an answer with a made-up state: %j',
    async (state) => {
      const { location } = await newVisitor().open(`${api.url}/sign-in/callback?code=x&state=${state}`);
      expect(location).toBe(`${api.url}/#sign-in=unknown-attempt`);
    },
  );

  it('rejects an answer that comes too late', async () => {
    const visitor = newVisitor();
    const address = await signInAtProvider(visitor, await api.begin(visitor), 'ann');
    api.clock.now += 10 * 60_000;
    expect((await visitor.open(address)).location).toBe(`${api.url}/#sign-in=unknown-attempt`);
  });

  it('says when the person cancelled at the provider', async () => {
    const visitor = newVisitor();
    const asked = await visitor.open(await api.begin(visitor, '?return=/credits'));
    const aborted = await visitor.open(`${asked.location}/abort`);
    const { location } = await visitor.open(aborted.location);
    expect((await visitor.open(location)).location).toBe(`${api.url}/credits#sign-in=cancelled`);
  });

  it('makes the provider ask again where someone else wants to sign in', async () => {
    const { visitor } = await api.signIn('ann');
    expect((await visitor.open(await api.begin(visitor))).location).toMatch(/\/sign-in\/callback\?code=/);
    expect((await visitor.open(await api.begin(visitor, '?prompt=login'))).location).toMatch(
      /\/interaction\//,
    );
  });

  describe('in several tabs', () => {
    it('finishes each sign-in that was begun, in any order', async () => {
      const visitor = newVisitor();
      const first = await api.begin(visitor, '?return=/calls');
      const second = await api.begin(visitor, '?return=/credits');
      for (const [address, screen] of [
        [second, '/credits'],
        [first, '/calls'],
      ] as const) {
        const page = await visitor.open(await signInAtProvider(visitor, address, 'ann'));
        expect(page.location).toBe(api.url + screen);
      }
      expect(await sessionOf(visitor)).toMatchObject({ user_id: 'ann' });
      expect(attemptsOf(visitor)).toEqual([]);
    });

    it('keeps the latest four', async () => {
      const visitor = newVisitor();
      for (let tab = 0; tab < 7; tab++) await api.begin(visitor, '?return=/calls%3Frange%3D7d');
      expect(attemptsOf(visitor)).toHaveLength(4);
      expect((await api.signIn('ann', visitor, '?return=/calls')).page.location).toBe(`${api.url}/calls`);
    });

    it.each(['x', '\\'])('keeps fewer of long addresses of %j: all fit into a request', async (character) => {
      const visitor = newVisitor();
      const screen = `/calls?user=${character.repeat(900)}`;
      const query = `?return=${encodeURIComponent(screen)}`;
      for (let tab = 0; tab < 7; tab++) {
        await api.begin(visitor, query);
        const sizes = attemptsOf(visitor).map((key) => key.length + (visitor.cookies.get(key) ?? '').length);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_300);
      }
      expect((await api.signIn('ann', visitor, query)).page.location).toBe(api.url + screen);
    });
  });

  it('holds in every API process: begun in one, finished in another, used in both', async () => {
    const visitor = newVisitor();
    const address = await signInAtProvider(visitor, await api.begin(visitor), 'ann');
    await visitor.open(address.replace(api.url, api.otherUrl));
    for (const url of [api.url, api.otherUrl]) {
      expect(await sessionOf(visitor, url)).toMatchObject({ user_id: 'ann' });
      expect(await visitor.open(`${url}/v1/orgs/acme/credits`)).toMatchObject({ status: 503 });
    }
  });
});

describe('the way back', () => {
  it.each([
    ['/', '/'],
    ['/credits?day=2026-11-28', '/credits?day=2026-11-28'],
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/calls/..//evil.example', '/'],
    ['\\\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/nowhere', '/'],
    ['/sign-in', '/'],
    ['/v1/orgs', '/'],
    ['/calls#code=x', '/calls'],
  ])('from %j leads to %j of this dashboard', async (asked, path) => {
    const { page } = await api.signIn('ann', newVisitor(), `?return=${encodeURIComponent(asked)}`);
    expect(page.location).toBe(api.url + path);
  });

  it('leaves out a query that would not fit into a cookie', async () => {
    const query = `?return=/calls%3Fuser=${'x'.repeat(2_000)}`;
    expect((await api.signIn('ann', newVisitor(), query)).page.location).toBe(`${api.url}/calls`);
  });
});
