import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { createSettingsStore } from '../../aggregator/settings/store.ts';
import { buildApp, type RouteSummary } from '../../api/app.ts';
import { createTokenVerifier, signToken, type Claims } from '../../api/auth/tokens.ts';
import { connectForReading } from '../../api/clickhouse.ts';
import { ProblemSchema } from '../../api/problems/schema.ts';
import { connectClickHouse, type ClickHouseClient } from '../../deploy/clickhouse.ts';
import { createLogger } from '../../deploy/logging.ts';
import { migrate } from '../../deploy/migrate.ts';
import { topicNames } from '../../schemas/topics.ts';
import { serverAddresses } from '../servers/addresses.ts';
import { openNamespace } from '../servers/namespace.ts';

// Every test asks a real server, on machines that may be busy with other suites.
jest.setTimeout(60_000);

export const SECRET = Buffer.from('a secret that only this test run knows');

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** The API over a real ClickHouse with a database of its own, and a clock that the suite sets. */
export interface ApiUnderTest {
  readonly url: string;
  readonly routes: readonly RouteSummary[];
  readonly clickhouse: ClickHouseClient;
  /** Epoch milliseconds: what the API takes for now. */
  clock: { now: number };
  /** GET with a token of these claims, or without one; the answer has been checked against its route's schema. */
  get(path: string, claims?: Claims): Promise<Answer>;
  /** GET that must answer 200 of the given schema. */
  read<Schema extends TSchema>(schema: Schema, path: string, claims: Claims): Promise<Static<Schema>>;
  close(): Promise<void>;
}

export async function openApi(
  suite: string,
  now: number,
  unknownOrgs: 'none' | 'local' = 'none',
): Promise<ApiUnderTest> {
  const { settings } = openNamespace(suite, serverAddresses());
  await migrate(settings);
  const clickhouse = connectClickHouse(settings, `test ${suite}`);
  const reading = connectForReading(settings);
  const clock = { now };
  const { app, routes } = buildApp({
    now: () => clock.now,
    clickhouse: reading,
    settings: createSettingsStore(reading, unknownOrgs),
    topics: topicNames(),
    timing: { sealDelayMs: 60_000, graceMs: 900_000 },
    logger: createLogger('api', 'silent'),
    verifyToken: createTokenVerifier(SECRET, () => clock.now),
    newRequestId: randomUUID,
  });
  const schemas = new Map<string, unknown>();
  app.addHook('onRequest', async (request) => {
    schemas.set(request.id, Object(request.routeOptions.schema?.response)[200]);
  });

  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  async function get(path: string, claims?: Claims): Promise<Answer> {
    const token = claims && (await signToken(SECRET, claims, clock.now + 60_000));
    const response = await fetch(url + path, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    const body: unknown = await response.json();
    const headers = Object.fromEntries(response.headers);
    const schema = response.status < 400 ? schemas.get(headers['x-request-id'] ?? '') : ProblemSchema;
    checkBody(schema, body, `${response.status} of ${path}`);
    return { status: response.status, headers, body };
  }

  return {
    url,
    routes,
    clickhouse,
    clock,
    get,
    async read(schema, path, claims) {
      const { status, body } = await get(path, claims);
      if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
      if (Value.Check(schema, body)) return body;
      throw new Error(`${path}: not of the schema`);
    },
    async close() {
      await app.close();
      await reading.close();
      await clickhouse.command({ query: `DROP DATABASE IF EXISTS ${settings.CLICKHOUSE_DATABASE}` });
      await clickhouse.close();
    },
  };
}

/** Every answer of every test is of its route's schema; without one it may not be answered. */
function checkBody(schema: unknown, body: unknown, what: string): void {
  if (!isSchema(schema)) throw new Error(`${what}: the route has no schema for it`);
  if (Value.Check(schema, body)) return;
  throw new Error(`${what} is not of its schema: ${JSON.stringify(Value.Errors(schema, body).slice(0, 3))}`);
}

function isSchema(schema: unknown): schema is TSchema {
  return typeof schema === 'object' && schema !== null;
}
