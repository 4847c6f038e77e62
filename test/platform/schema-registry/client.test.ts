import { accessOf } from '../../../platform/schema-registry/access.ts';
import { SchemaRegistry, SchemaRegistryError } from '../../../platform/schema-registry/client.ts';
import type { RegistryOptions } from '../../../platform/schema-registry/options.ts';
import { answerJson, TestSchemaRegistry, type Trouble } from '../../servers/schema-registry.ts';
import { CERTIFICATE } from './certificate.ts';

const SCHEMA = '{"type":"string"}';
const SOON_MS = 200;

let server: TestSchemaRegistry;
beforeAll(async () => {
  server = await new TestSchemaRegistry().start();
  server.add(7, { schema: SCHEMA });
  server.add(8, { schema: '{}', schemaType: 'JSON', references: [{ name: 'other' }] });
});
afterEach(() => (server.trouble = undefined));
afterAll(() => server.stop());

const clientOf = (options: Partial<RegistryOptions> = {}, timeoutMs?: number): SchemaRegistry =>
  new SchemaRegistry(accessOf({ url: server.url, ...options }), timeoutMs);

/** What a request for schema 7 fails with. */
async function failure(client = clientOf()): Promise<SchemaRegistryError> {
  const error: unknown = await client.schemaById(7).catch((caught: unknown) => caught);
  if (error instanceof SchemaRegistryError) return error;
  throw new Error(`no SchemaRegistryError but ${JSON.stringify(error)}`);
}

describe('a schema of the registry', () => {
  it('is found by its id, Avro unless its type says otherwise', async () => {
    expect(await clientOf().schemaById(7)).toEqual({ type: 'AVRO', text: SCHEMA, hasReferences: false });
    expect(await clientOf().schemaById(8)).toEqual({ type: 'JSON', text: '{}', hasReferences: true });
  });

  it('is absent only if the registry itself says so', async () => {
    expect(await clientOf().schemaById(9)).toBeUndefined();
    server.trouble = (answer) => answerJson(answer, 404, { error_code: 404, message: 'HTTP 404 Not Found' });
    expect((await failure()).message).toContain('it answered 404, error code 404; check its address');
  });

  it('is looked up under its subject, and registered only on request', async () => {
    await expect(clientOf().idOf('calls-value', SCHEMA, false)).rejects.toThrow(
      'the subject calls-value does not have the schema: register it, or set register',
    );
    const id = await clientOf().idOf('calls-value', SCHEMA, true);
    expect(await clientOf().idOf('calls-value', SCHEMA, true)).toBe(id);
    expect(await clientOf().idOf('calls-value', SCHEMA, false)).toBe(id);
    await expect(clientOf().idOf('calls-value', '{"type":"int"}', false)).rejects.toThrow('does not have');
  });
});

describe('a registry in trouble', () => {
  const junk: readonly [string, Trouble][] = [
    ['junk', (answer) => answer.end('<html>welcome</html>')],
    ['an empty answer', (answer) => answer.end()],
    ['a schema that is not a text', (answer) => answerJson(answer, 200, { schema: { type: 'string' } })],
    ['a redirect', (answer) => answer.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['500', (answer) => answerJson(answer, 500, { error_code: 50_001, message: 'store' })],
    ['404 without JSON', (answer) => answer.writeHead(404).end('not found')],
    ['an answer without end', (answer) => answer.write('{"schema":"')],
    ['5 MiB', (answer) => answer.end(Buffer.alloc(5 * 2 ** 20, 0x20))],
    ['a cut connection', (answer) => answer.destroy()],
  ];
  it.each(junk)('that answers with %s has not answered', async (_, trouble) => {
    server.trouble = trouble;
    expect(await failure(clientOf({}, SOON_MS))).toMatchObject({ code: 'SCHEMA_REGISTRY' });
  });

  it('that does not answer is given up after a while', async () => {
    server.trouble = () => undefined;
    expect((await failure(clientOf({}, SOON_MS))).message).toContain('timeout');
    const client = clientOf();
    const failed = failure(client);
    client.close();
    expect((await failed).message).toContain('closed');
  });

  it('that is away is named with its address and without a login', async () => {
    const away = await new TestSchemaRegistry().start();
    await away.stop();
    const { message } = await failure(clientOf({ url: away.url, username: 'ann', password: 'hunter2' }));
    expect(message).toContain(`GET /schemas/ids/7 at ${away.url}`);
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toMatch(/ann|hunter2/);
  });
});

describe('a login', () => {
  const basic = `Basic ${Buffer.from('ann:hunter2').toString('base64')}`;
  it.each([
    ['a user name and a password', { username: 'ann', password: 'hunter2' }, basic],
    ['a token', { token: 'abc.def' }, 'Bearer abc.def'],
    ['nothing', {}, undefined],
  ])('is sent as %s', async (_, login, expected) => {
    await clientOf(login).schemaById(7);
    expect(server.requests.at(-1)?.authorization).toBe(expected);
  });

  it.each([401, 403])(
    'that the registry rejects with %i is a failure that never shows it',
    async (status) => {
      server.trouble = (answer) =>
        answerJson(answer, status, { error_code: status, message: 'hunter2 is wrong' });
      const error = await failure(clientOf({ username: 'ann', password: 'hunter2' }));
      expect(error.message).toContain(`it answered ${status}`);
      expect(error.message).toContain('check the user name and the password, or the token');
      expect(error.message).not.toContain('hunter2');
    },
  );
});

describe('a registry behind TLS', () => {
  let secure: TestSchemaRegistry;
  beforeAll(async () => {
    secure = await new TestSchemaRegistry(CERTIFICATE).start();
    secure.add(7, { schema: SCHEMA });
  });
  afterAll(() => secure.stop());

  it('is trusted by the given certificate', async () => {
    const found = await clientOf({ url: `${secure.url}/`, ca: CERTIFICATE.cert }).schemaById(7);
    expect(found?.text).toBe(SCHEMA);
  });

  it('is not trusted without it', async () => {
    expect((await failure(clientOf({ url: secure.url }))).message).toContain('self-signed certificate');
  });
});
