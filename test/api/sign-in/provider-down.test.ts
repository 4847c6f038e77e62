import { Writable } from 'node:stream';
import { pino } from 'pino';
import { signToken } from '../../../api/auth/tokens.ts';
import { SECRET } from '../api-without-servers.ts';
import { openSignedInApi, type SignedInApi } from './signed-in-api.ts';
import { newVisitor, signInAtProvider } from './visitor.ts';

let api: SignedInApi;
let log = '';
beforeEach(async () => {
  log = '';
  const lines = new Writable({
    write: (line, _, done) => {
      log += String(line);
      done();
    },
  });
  api = await openSignedInApi({}, { logger: pino({ level: 'info' }, lines) });
});
afterEach(() => api.close());

describe('while the identity provider is down', () => {
  it('the API works for tokens, and a sign-in says so, until the provider is back', async () => {
    await api.provider.stop();
    const token = await signToken(SECRET, { role: 'admin', sub: 'x', org: 'acme' }, api.clock.now + 60_000);
    const headers = { authorization: `Bearer ${token}` };
    const visitor = newVisitor();
    expect((await visitor.open(`${api.url}/v1/orgs/acme/credits`, { headers })).status).toBe(503);
    expect((await visitor.open(`${api.url}/v1/orgs/other/credits`, { headers })).status).toBe(404);
    expect(await api.begin(visitor, '?return=/calls')).toBe(`${api.url}/calls#sign-in=provider-unavailable`);
    expect(log).toMatch(/"problem":"provider-unavailable".*"reason":"fetch failed".*ECONNREFUSED/);
    await api.provider.start();
    expect((await api.signIn('ann', visitor)).page.location).toBe(`${api.url}/`);
  });

  it('a sign-in says so also where the provider was there before', async () => {
    await api.signIn('ann');
    await api.provider.stop();
    api.clock.now += 30_000;
    expect(await api.begin(newVisitor())).toBe(`${api.url}/#sign-in=provider-unavailable`);
  });

  it('a session goes on, and signing out ends it here and says that the provider does not know', async () => {
    const { visitor } = await api.signIn('ann');
    await api.provider.stop();
    expect((await visitor.open(`${api.otherUrl}/v1/orgs/acme/credits`)).status).toBe(503);
    // The other process has not discovered the provider yet.
    const headers = { 'sec-fetch-site': 'same-origin' };
    await visitor.open(`${api.otherUrl}/sign-in/session/end`, { method: 'POST', headers });
    const { location } = await visitor.open(`${api.otherUrl}/sign-in/sign-out`);
    expect(location).toBe(`${api.url}/#sign-in=signed-out-here`);
    expect((await visitor.open(`${api.url}/v1/orgs/acme/credits`)).status).toBe(401);
  });

  it('a sign-in that has begun says so, and can begin again', async () => {
    const visitor = newVisitor();
    const address = await signInAtProvider(visitor, await api.begin(visitor), 'ann');
    await api.provider.stop();
    expect((await visitor.open(address)).location).toBe(`${api.url}/#sign-in=provider-unavailable`);
    await api.provider.start();
    expect((await api.signIn('ann', visitor)).page.location).toBe(`${api.url}/`);
  });
});

describe('the log', () => {
  it('says who signed in and why a sign-in failed, and has no code, token or cookie', async () => {
    const visitor = newVisitor();
    const address = await signInAtProvider(visitor, await api.begin(visitor), 'ann');
    const secrets = [...visitor.cookies.values(), new URL(address).searchParams.get('code') ?? ''];
    const page = await visitor.open(address);
    const copy = newVisitor();
    await copy.open(address);
    await api.signIn('eve');
    secrets.push(...visitor.cookies.values(), ...page.setCookies.map((text) => text.split(/[=;]/)[1] ?? ''));
    expect(log).toMatch(/"user":"ann","role":"admin","msg":"signed in"/);
    expect(log).toMatch(/"problem":"no-role","sub":"eve","roles":\["gardeners"\],"orgs":\["acme"\]/);
    expect(log).toMatch(/"problem":"unknown-attempt"/);
    for (const secret of secrets.filter((text) => text.length > 8)) expect(log).not.toContain(secret);
    expect(log).not.toMatch(/eyJ/);
  });
});
