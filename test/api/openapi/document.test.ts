import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { PROBLEM_MEDIA_TYPE } from '../../../api/problems/schema.ts';
import { operationOf } from '../../../api/openapi/operation.ts';
import { listenWithoutServers } from '../api-without-servers.ts';

const Described = Type.Object({ description: Type.String({ minLength: 3 }) });
const Answer = Type.Object({
  description: Type.String({ minLength: 3 }),
  content: Type.Optional(Type.Record(Type.String(), Type.Object({ schema: Type.Object({}) }))),
});
const Operation = Type.Object({
  operationId: Type.String(),
  summary: Type.String({ minLength: 3 }),
  tags: Type.Array(Type.String(), { minItems: 1 }),
  security: Type.Array(Type.Record(Type.String(), Type.Array(Type.String()))),
  parameters: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        in: Type.String(),
        required: Type.Boolean({ default: false }),
        schema: Type.Object({ default: Type.Optional(Type.Unknown()) }),
        ...Described.properties,
      }),
    ),
  ),
  responses: Type.Record(Type.String(), Answer),
});
const Document = Type.Object({
  openapi: Type.Literal('3.1.0'),
  info: Type.Object({
    license: Type.Object({ name: Type.String(), identifier: Type.Literal('Apache-2.0') }),
  }),
  servers: Type.Tuple([Type.Object({ url: Type.Literal('/') })]),
  tags: Type.Array(Type.Object({ name: Type.String(), description: Type.String({ minLength: 3 }) })),
  paths: Type.Record(Type.String(), Type.Record(Type.String(), Operation)),
  components: Type.Object({
    schemas: Type.Object({ Problem: Type.Object({ type: Type.Literal('object') }) }),
    securitySchemes: Type.Object({ bearer: Type.Object({ scheme: Type.Literal('bearer') }) }),
  }),
});

let api: Awaited<ReturnType<typeof listenWithoutServers>>;
let document: Static<typeof Document>;
let operations: [string, Static<typeof Operation>][];
beforeAll(async () => {
  api = await listenWithoutServers();
  document = Value.Parse(Document, JSON.parse((await api.send('/openapi.json')).text));
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Static<typeof Operation>] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
});
afterAll(() => api.close());

describe('/openapi.json', () => {
  it('describes every operation, every parameter and every answer, in OpenAPI 3.1', () => {
    // Value.Parse above has checked each of them.
    expect(operations.map(([name]) => name)).toEqual(
      expect.arrayContaining(['GET /healthz', 'GET /v1/orgs/{org}/credits', 'GET /v1/orgs/{org}/calls']),
    );
  });

  it('names every operation once', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('declares exactly the tags that operations have', () => {
    const used = new Set(operations.flatMap(([, { tags }]) => tags));
    expect(document.tags.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
  });

  it('requires a bearer token everywhere under /v1, and documents the rejections', () => {
    for (const [name, { security, responses }] of operations) {
      const isOpen = !name.includes('/v1/');
      expect([name, security]).toEqual([name, isOpen ? [] : [{ bearer: [] }]]);
      const expected = isOpen ? ['429', '500', '503'] : ['400', '401', '403', '429', '500', '503'];
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(expected));
    }
  });

  it('requires the parameters without a default, and no others', () => {
    const parameters = operations.flatMap(([name, operation]) =>
      (operation.parameters ?? []).map((parameter) => ({ of: `${name} ${parameter.name}`, parameter })),
    );
    const withDefault = parameters.filter(({ parameter }) => parameter.schema.default !== undefined);
    expect(withDefault.length).toBeGreaterThan(5);
    expect(withDefault.filter(({ parameter }) => parameter.required)).toEqual([]);
    const needed = parameters.filter(({ parameter }) => parameter.in === 'query' && parameter.required);
    expect(needed.map(({ of }) => of)).toEqual(
      expect.arrayContaining(['GET /v1/orgs/{org}/usage from', 'GET /v1/estimate credits']),
    );
  });

  it('describes every error as a problem document, defined once', () => {
    for (const [name, { responses }] of operations) {
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        const problem = { schema: { $ref: '#/components/schemas/Problem' } };
        expect([name, status, content]).toEqual([name, status, { [PROBLEM_MEDIA_TYPE]: problem }]);
      }
    }
  });

  it('resolves all its references', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect(new Set(refs)).toEqual(new Set(['#/components/schemas/Problem']));
  });
});

describe('an operation’s name', () => {
  it.each([
    ['GET', '/v1/orgs/:org/credits/users', 'getOrgCreditsUsers', 'credits'],
    ['GET', '/v1/orgs', 'getOrgs', 'orgs'],
    ['PUT', '/v1/orgs/:org/subscriptions/:product', 'putOrgSubscription', 'subscriptions'],
    ['GET', '/v1/orgs/:org/billing/statement.csv', 'getOrgBillingStatementCsv', 'billing'],
    ['GET', '/openapi.json', 'getOpenapiJson', 'operations'],
  ])('%s %s is %s under %s', (method, url, operationId, tag) => {
    expect(operationOf(method, url)).toEqual({ operationId, tags: [tag] });
  });
});

describe('/docs', () => {
  it('loads only files of this server, and all of them exist', async () => {
    const { text, headers } = await api.send('/docs');
    expect(headers['content-type']).toContain('text/html');
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
    expect(files).toHaveLength(4);
    for (const file of files) {
      expect(file).toMatch(/^\/\w/);
      expect((await api.send(file)).status).toBe(200);
    }
    expect(text).not.toMatch(/<script>|<style|style=/);
  });

  it('is not sent again to a browser that has cached it', async () => {
    const { headers } = await api.send('/docs/swagger-ui.css');
    const again = await api.send('/docs/swagger-ui.css', {
      headers: { 'if-none-match': String(headers['etag']) },
    });
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
  });
});
