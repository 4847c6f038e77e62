import { connect, type Socket } from 'node:net';
import { base64url } from 'jose';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { openApi, SECRET, type Answer, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';

/** Attacks on every operation of the document, so that a new route is attacked without being listed here. */
const NOW = Date.parse('2026-11-22T10:00:00Z');
const OWN: Claims = { role: 'super_admin', sub: 'ann', org: 'own' };
/** Part of everything that the foreign organisation has: no answer may contain it. */
const FOREIGN = 'foreign-secret';
const AT_ONCE = 8;

const INJECTIONS = ["' OR 1=1 --", '") UNION ALL SELECT * FROM call_events --', '\u0000🙈\u202E{org:String}'];
const GIANT = ['1e309', '-1', 'x'.repeat(3_000), '0001-01-01'];
const BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '{}',
  '{"__proto__":{"credits":1}}',
  '{"constructor":{"prototype":{}}}',
  `{"credits":${'9'.repeat(400)}}`,
  `{"reason":"${FOREIGN}\u0000","credits":-1}`,
  '['.repeat(20_000),
  '['.repeat(30_000) + ']'.repeat(30_000),
  `${'{"credits":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
];

const Parameter = Type.Object({ name: Type.String(), in: Type.String() });
const Document = Type.Object({
  paths: Type.Record(
    Type.String(),
    Type.Record(
      Type.String(),
      Type.Object({
        parameters: Type.Optional(Type.Array(Parameter)),
        requestBody: Type.Optional(Type.Unknown()),
      }),
    ),
  ),
});

interface Operation {
  readonly method: string;
  readonly path: string;
  /** Query parameters. */
  readonly query: readonly string[];
  /** Path parameters other than the organisation. */
  readonly names: readonly string[];
  readonly hasBody: boolean;
}

let api: ApiUnderTest;
let operations: readonly Operation[];
beforeAll(async () => {
  api = await openApi('hostileroutes', NOW);
  for (const org of ['own', 'foreign']) {
    const user_id = org === 'own' ? 'ann' : FOREIGN;
    await insertSettings(api.clickhouse, [
      { org, value: { time_zone: 'UTC', billing_day: 1 } },
      { org, product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
    ]);
    await insertEvents(api.clickhouse, [
      callEvent({ org_id: org, occurred_at: NOW - 1_000, user_id, app_id: user_id, endpoint: `/${user_id}` }),
    ]);
  }
  const { paths } = Value.Parse(Document, (await api.get('/openapi.json')).body);
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((each) => each.in === 'query').map(({ name }) => name),
      names: parameters.filter((each) => each.in === 'path' && each.name !== 'org').map(({ name }) => name),
      hasBody: requestBody !== undefined,
    })),
  );
});
afterAll(() => api.close());

const guarded = (): readonly Operation[] => operations.filter(({ path }) => path.startsWith('/v1/'));

/** A role with the permission, so that the attack passes the guard. */
function claimsFor({ path }: Operation): Claims {
  if (path.includes('{org}')) return path.includes('subscriptions') ? { role: 'platform', sub: 'p' } : OWN;
  if (path === '/v1/events') return { role: 'publisher', sub: 'p', org: 'own' };
  return { role: path.startsWith('/v1/charges') ? 'billing' : 'platform', sub: 'p' };
}

/** The operation's URL with harmless names, except for the given ones. */
function addressOf({ path }: Operation, query: string, names: Readonly<Record<string, string>> = {}): string {
  const harmless: Readonly<Record<string, string>> = {
    org: 'own',
    product: 'crm',
    day: '2026-11-21',
    partition: '0',
    offset: '0',
    ...names,
  };
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(harmless[name] ?? 'x'),
  );
  return query === '' ? filled : `${filled}?${query}`;
}

interface Attack {
  readonly operation: Operation;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send({ operation, path, body, headers = {} }: Attack, claims?: Claims): Promise<Answer> {
  const token = claims && (await signToken(SECRET, claims, NOW + 60_000));
  // The body is sent unchanged: api.send would encode it as JSON.
  if (body !== undefined) {
    const response = await fetch(api.url + path, {
      method: operation.method,
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    });
    return { status: response.status, headers: {}, body: await response.text() };
  }
  const { method, hasBody } = operation;
  return api.send(path, { method, headers, ...(hasBody && { body: {} }), ...(claims && { claims }) });
}

/** Sends all, some at once, and lists those with an unexpected answer. api.send checks answers against the document. */
async function offenders(attacks: readonly Attack[], isFine: (answer: Answer) => boolean): Promise<string[]> {
  expect(attacks.length).toBeGreaterThan(0);
  const found: string[] = [];
  for (let start = 0; start < attacks.length; start += AT_ONCE) {
    await Promise.all(
      attacks.slice(start, start + AT_ONCE).map(async (attack) => {
        const answer = await send(attack, claimsFor(attack.operation));
        const isLeaking = JSON.stringify(answer.body).includes(FOREIGN);
        if (isFine(answer) && !isLeaking) return;
        found.push(
          `${answer.status} ${attack.operation.method} ${attack.path} ${attack.body?.slice(0, 60) ?? ''}`,
        );
      }),
    );
  }
  return found;
}

const isServed = ({ status }: Answer): boolean => status < 500;
const isRejected = ({ status }: Answer): boolean => status >= 400 && status < 500;

describe('every operation', () => {
  it.each([
    ['injections', INJECTIONS],
    ['values out of all bounds', GIANT],
  ])(
    'treats %s in any parameter as values, or rejects them',
    async (_, values) => {
      const attacks = operations.flatMap((operation) =>
        operation.query.flatMap((name) =>
          values.map((value) => ({
            operation,
            path: addressOf(operation, `${name}=${encodeURIComponent(value)}`),
          })),
        ),
      );
      expect(await offenders(attacks, isServed)).toEqual([]);
    },
    120_000,
  );

  it('does the same in any part of the path', async () => {
    const attacks = operations.flatMap((operation) =>
      operation.names.flatMap((name) =>
        [...INJECTIONS, ...GIANT, '..', '.'].map((value) => ({
          operation,
          path: addressOf(operation, '', { [name]: value }),
        })),
      ),
    );
    expect(await offenders(attacks, isServed)).toEqual([]);
  });

  it('rejects unknown parameters', async () => {
    const attacks = guarded().flatMap((operation) =>
      ['no_such=1', '__proto__=1', 'constructor[prototype]=1'].map((query) => ({
        operation,
        path: addressOf(operation, query),
      })),
    );
    expect(await offenders(attacks, isRejected)).toEqual([]);
  });

  it('serves or rejects a repeated parameter', async () => {
    const attacks = operations.flatMap((operation) =>
      operation.query.map((name) => ({
        operation,
        path: addressOf(operation, `${name}=2026-11-21T00:00:00Z&${name}=%zz&${name}=1`),
      })),
    );
    expect(await offenders(attacks, isServed)).toEqual([]);
  });

  it('rejects a range of centuries', async () => {
    // Dead letters are read a page or a chunk at a time, whatever the range.
    const ranged = operations.filter(
      ({ query, path }) =>
        query.includes('from') && query.includes('to') && !path.startsWith('/v1/dead-letters'),
    );
    const attacks = ranged.flatMap((operation) =>
      [
        'from=1970-02-02T00:00:00Z&to=2104-10-30T00:00:00Z',
        'from=1970-02-02&to=2104-10-30',
        'from=2104-10-30T00:00:00Z&to=1971-02-02T00:00:00Z',
      ].map((query) => ({ operation, path: addressOf(operation, query) })),
    );
    expect(await offenders(attacks, isRejected)).toEqual([]);
  });

  it('rejects every body that does not match its schema', async () => {
    const attacks = operations
      .filter(({ hasBody }) => hasBody)
      .flatMap((operation) =>
        BODIES.map((body) => ({ operation, body, path: addressOf(operation, '') })).concat([
          { operation, body: JSON.stringify('x'.repeat(200_000)), path: addressOf(operation, '') },
        ]),
      );
    expect(await offenders(attacks, isRejected)).toEqual([]);
  });

  it('rejects a body of another media type, and a compressed one', async () => {
    const attacks = operations
      .filter(({ hasBody }) => hasBody)
      .flatMap((operation) =>
        [{ 'content-type': 'text/xml' }, { 'content-encoding': 'gzip' }].map((headers) => ({
          operation,
          headers,
          body: '<x/>',
          path: addressOf(operation, ''),
        })),
      );
    expect(await offenders(attacks, isRejected)).toEqual([]);
  });

  it('hides a foreign organisation from roles that are bound to another', async () => {
    for (const operation of guarded().filter(({ path }) => path.includes('{org}'))) {
      const path = addressOf(operation, '', { org: 'foreign' });
      for (const role of ['super_admin', 'admin', 'user'] as const) {
        const { status, body } = await send({ operation, path }, { role, sub: FOREIGN, org: 'own' });
        expect({ path, status, type: Object(body).type }).toEqual({ path, status: 404, type: 'unknown-org' });
      }
    }
  });
});

describe('every guarded operation', () => {
  const tokens: Record<string, () => Promise<string> | string> = {
    'that has expired': () => signToken(SECRET, OWN, NOW),
    'of another key': () =>
      signToken(Buffer.from('another key that has 32 bytes or more'), OWN, NOW + 60_000),
    'of the algorithm none': () =>
      `${base64url.encode('{"alg":"none"}')}.${base64url.encode(JSON.stringify({ ...OWN, exp: NOW }))}.`,
    'that is malformed': () => 'x.y.z',
  };

  it.each(Object.entries(tokens))('rejects a token %s', async (_, make) => {
    const headers = { authorization: `Bearer ${await make()}` };
    for (const operation of guarded()) {
      const path = addressOf(operation, '');
      expect({ path, status: (await send({ operation, path, headers })).status }).toEqual({
        path,
        status: 401,
      });
    }
  });

  it('rejects a request without a token', async () => {
    for (const operation of guarded()) {
      const path = addressOf(operation, '');
      expect({ path, status: (await send({ operation, path })).status }).toEqual({ path, status: 401 });
    }
  });
});

describe('slow clients', () => {
  it('do not keep other clients from an answer', async () => {
    const { hostname, port } = new URL(api.url);
    const sockets = await Promise.all(
      Array.from(
        { length: 200 },
        () =>
          new Promise<Socket>((resolve, reject) => {
            const socket = connect(Number(port), hostname, () => {
              // The beginning of a request, and then nothing.
              socket.write('POST /v1/orgs HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n');
              resolve(socket);
            });
            socket.on('error', reject);
          }),
      ),
    );
    expect((await api.get('/v1/orgs/own/credits', OWN)).status).toBe(200);
    expect(sockets.every(({ destroyed }) => !destroyed)).toBe(true);
    for (const socket of sockets) socket.destroy();
  });
});
