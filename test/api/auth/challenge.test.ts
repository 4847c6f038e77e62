import { signToken } from '../../../api/auth/tokens.ts';
import { listenWithoutServers, SECRET } from '../api-without-servers.ts';

let api: Awaited<ReturnType<typeof listenWithoutServers>>;
beforeAll(async () => {
  api = await listenWithoutServers();
});
afterAll(() => api.close());

/** RFC 6750, 3.1. */
async function challengeTo(authorization: string | undefined, path = '/v1/orgs/one/credits') {
  const headers = authorization === undefined ? {} : { authorization };
  const { status, headers: answered } = await api.send(path, { headers });
  return [status, answered['www-authenticate']];
}

describe('the challenge of an answer', () => {
  it('names no error where no token was sent', async () => {
    expect(await challengeTo(undefined)).toEqual([401, 'Bearer']);
    expect(await challengeTo('Basic YW5uOnNlY3JldA==')).toEqual([401, 'Bearer']);
  });

  it.each(['Bearer', 'Bearer ', 'bearer a b', 'Bearer a,b', 'Bearer "a"'])(
    'names the form of the header where that is wrong: %s',
    async (authorization) => {
      expect(await challengeTo(authorization)).toEqual([
        401,
        `Bearer error="invalid_token", error_description="The Authorization header is not of the form 'Bearer TOKEN'."`,
      ]);
    },
  );

  it('names an invalid token, by which clients get a new one', async () => {
    const token = await signToken(SECRET, { role: 'admin', sub: 'ann', org: 'one' }, Date.now() - 60_000);
    expect(await challengeTo(`Bearer ${token}`)).toEqual([
      401,
      expect.stringMatching(/^Bearer error="invalid_token", error_description="The token expired at .*"$/),
    ]);
  });

  it('names an insufficient scope, where the role lacks the permission', async () => {
    const token = await signToken(SECRET, { role: 'user', sub: 'ann', org: 'one' }, Date.now() + 60_000);
    for (const path of ['/v1/orgs/one/billing', '/v1/charges']) {
      expect(await challengeTo(`Bearer ${token}`, path)).toEqual([
        403,
        expect.stringMatching(/^Bearer error="insufficient_scope", error_description="The role user .*"$/),
      ]);
    }
  });

  it('is not there where the organisation is foreign', async () => {
    const token = await signToken(SECRET, { role: 'user', sub: 'ann', org: 'one' }, Date.now() + 60_000);
    expect(await challengeTo(`Bearer ${token}`, '/v1/orgs/two/credits')).toEqual([404, undefined]);
  });

  it('holds nothing of the token that could end its quotation', async () => {
    const claims = { role: 'admin', sub: 'ann', org: 'one', 'x"\r\ny: ’': 1 };
    const token = await signToken(SECRET, { ...claims, role: 'admin' }, Date.now() - 60_000);
    const [, challenge] = await challengeTo(`Bearer ${token}`);
    expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"\\]*"$/);
  });
});
