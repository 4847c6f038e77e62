import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { listenWithoutServers, SECRET } from '../api-without-servers.ts';

const ADMIN: Claims = { role: 'super_admin', sub: 'ann', org: 'one' };
const LIMIT = '/v1/orgs/one/additional-limit';

let api: Awaited<ReturnType<typeof listenWithoutServers>>;
beforeAll(async () => {
  api = await listenWithoutServers();
});
afterAll(() => api.close());

/** What is answered where the request is refused before any server is asked. */
async function ask(path: string, body?: string) {
  const token = await signToken(SECRET, ADMIN, Date.now() + 60_000);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const answer = await api.ask(path, { headers, ...(body !== undefined && { method: 'PUT', body }) });
  const parsed: unknown = JSON.parse(answer.text);
  return { status: answer.status, bytes: answer.bytes.length, body: parsed };
}

describe('what stands in an address', () => {
  it('is text, and becomes the number and the list that are asked for', async () => {
    // Nobody answers for the figures: it came through.
    expect((await ask('/v1/orgs/one/calls?limit=5&status=404&user=ann')).status).toBe(503);
  });

  it.each(['/v1/orgs/one/calls?limit=1e309', '/v1/orgs/one/calls?status=200&status=-1e309'])(
    '%s is a 400: Infinity is no number',
    async (path) => {
      const [, name] = /(\w+)=-?1e309/.exec(path) ?? [];
      expect(await ask(path)).toMatchObject({ status: 400, body: { errors: [{ parameter: name }] } });
    },
  );

  it('has its first 20 faults named, however many it has', async () => {
    const unknown = Array.from({ length: 2_500 }, (_, index) => `x${index}`);
    const { status, bytes, body } = await ask(`/v1/orgs/one/usage?${unknown.join('&')}`);
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
    expect(await ask(LIMIT, body)).toMatchObject({
      status: 400,
      body: { type: 'invalid-request', errors: [{ pointer: '#/credits' }] },
    });
  });

  it.each([
    ['lists', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['objects', '{"credits":'.repeat(5_000) + '1' + '}'.repeat(5_000)],
  ])('of %s as deep as it is long is a 400', async (_, body) => {
    expect((await ask(LIMIT, body)).status).toBe(400);
  });

  it('may hold no half of a character', async () => {
    expect(await ask(LIMIT, '{"credits":5,"reason":"half \\ud83d"}')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/reason', detail: expect.stringContaining('half a character') }] },
    });
  });
});
