import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { listenWithoutServers, SECRET } from '../api-without-servers.ts';

const ADMIN: Claims = { role: 'super_admin', sub: 'ann', org: 'one' };
const LIMIT = '/v1/orgs/one/additional-limit';

let api: Awaited<ReturnType<typeof listenWithoutServers>>;
beforeAll(async () => {
  api = await listenWithoutServers();
});
afterAll(() => api.close());

/** The answer to a request, which is rejected before any server is queried. */
async function send(path: string, body?: string) {
  const token = await signToken(SECRET, ADMIN, Date.now() + 60_000);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const answer = await api.send(path, { headers, ...(body !== undefined && { method: 'PUT', body }) });
  const parsed: unknown = JSON.parse(answer.text);
  return { status: answer.status, bytes: answer.bytes.length, body: parsed };
}

describe('a value in an address', () => {
  it('is text, and becomes the number or list that the schema requires', async () => {
    // The request passed validation and failed at the missing ClickHouse.
    expect((await send('/v1/orgs/one/calls?limit=5&status=404&user=ann')).status).toBe(503);
  });

  it.each(['/v1/orgs/one/calls?limit=1e309', '/v1/orgs/one/calls?status=200&status=-1e309'])(
    '%s is a 400: Infinity is not a number',
    async (path) => {
      const [, name] = /(\w+)=-?1e309/.exec(path) ?? [];
      expect(await send(path)).toMatchObject({ status: 400, body: { errors: [{ parameter: name }] } });
    },
  );

  it('has its first 20 errors listed, however many there are', async () => {
    const unknown = Array.from({ length: 2_500 }, (_, index) => `x${index}`);
    const { status, bytes, body } = await send(`/v1/orgs/one/usage?${unknown.join('&')}`);
    expect(status).toBe(400);
    expect(bytes).toBeLessThan(16_384);
    expect(body).toMatchObject({
      // The range is missing too.
      detail: expect.stringMatching(/and 248\d more\.$/),
      errors: Array.from({ length: 20 }, () => expect.anything()),
    });
  });
});

describe('a body', () => {
  it.each([
    '{"credits":null}',
    '{"credits":"5"}',
    '{"credits":[5]}',
    '{"credits":true}',
    '{"credits":1e309}',
  ])('%s is not converted, and no limit', async (body) => {
    expect(await send(LIMIT, body)).toMatchObject({
      status: 400,
      body: { type: 'invalid-request', errors: [{ pointer: '#/credits' }] },
    });
  });

  it.each([
    ['lists', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['objects', '{"credits":'.repeat(5_000) + '1' + '}'.repeat(5_000)],
  ])('of %s as deep as it is long is a 400', async (_, body) => {
    expect((await send(LIMIT, body)).status).toBe(400);
  });

  it('must not contain half a character', async () => {
    expect(await send(LIMIT, '{"credits":5,"reason":"half \\ud83d"}')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/reason', detail: expect.stringContaining('half a character') }] },
    });
  });
});
