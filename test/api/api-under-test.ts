import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { Type, type Static, type TSchema } from 'typebox';
import { enforceSourceRetention } from '../../store/source-retention.ts';
import { openRecorder } from '../../store/settings/recorder.ts';
import { openLocalSignIn } from '../../api/dashboard/open-local-sign-in.ts';
import { buildApp } from '../../api/app.ts';
import type { RouteSummary } from '../../api/openapi/describe-routes.ts';
import { createTokenVerifier, signToken, type Claims } from '../../api/auth/tokens.ts';
import { connectForCurrentUsage, connectForProbing, connectForReading } from '../../api/clickhouse.ts';
import { connectForDownloads } from '../../api/clickhouse-downloads.ts';
import { PROBLEM_MEDIA_TYPE, ProblemSchema } from '../../api/problems/schema.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { CallEventProducer } from '../../platform/kafka/call-event-producer.ts';
import { EventPublisher } from '../../api/events/event-publisher.ts';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS } from '../../schemas/event-rules.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import { openAlertRequests } from '../../store/alerts/requests.ts';
import { openDeadLetterTool } from '../../store/dead-letters/tool.ts';
import { topicNames } from '../../schemas/topics.ts';
import { SharedBasis } from '../../store/usage/shared-basis.ts';
import { serverAddresses } from '../servers/addresses.ts';
import { dropDatabase, openNamespace, type Namespace } from '../servers/namespace.ts';

export const WEBHOOK_KEY = 'a key of webhooks that only this test run knows';
export const SECRET = Buffer.from('a secret that only this test run knows');

const SOURCE_RETENTION_DAYS = 18_250;

/** A request's options; by default a GET without a token, a body or headers. */
export interface RequestOptions {
  readonly method?: string;
  readonly claims?: Claims;
  /** Sent as JSON; undefined sends none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed if the answer is JSON, otherwise its text. */
  readonly body: unknown;
}

/** The API on a real ClickHouse, with its own database and a clock that the suite sets. */
export interface ApiUnderTest {
  readonly url: string;
  readonly routes: readonly RouteSummary[];
  /** The suite's database and topics, for other processes on the same servers. */
  readonly namespace: Namespace;
  readonly clickhouse: ClickHouseClient;
  /** The API's connection of reports. */
  readonly reading: ClickHouseClient;
  /** The API's now, epoch milliseconds. */
  clock: { now: number };
  /** Checks the answer against its route's schema. */
  send(path: string, options?: RequestOptions): Promise<Answer>;
  /** GET with a token of these claims, or without one. */
  get(path: string, claims?: Claims): Promise<Answer>;
  /** GET that must return 200 and match the given schema. */
  read<Schema extends TSchema>(schema: Schema, path: string, claims: Claims): Promise<Static<Schema>>;
  close(): Promise<void>;
}

export async function openApi(
  suite: string,
  now: number,
  unknownOrgs: 'none' | 'local' = 'none',
  {
    kafkaBrokers = serverAddresses().kafkaBrokers,
    recordWithinMs = 25_000,
    signInDir = '',
    sourceRetentionDays = SOURCE_RETENTION_DAYS,
  } = {},
): Promise<ApiUnderTest> {
  const namespace = openNamespace(suite, { ...serverAddresses(), kafkaBrokers });
  const { settings } = namespace;
  await migrate(settings);
  // The clock of a suite may be long before the server's.
  await enforceSourceRetention(settings, SOURCE_RETENTION_DAYS);
  const clickhouse = connectClickHouse(settings, `test ${suite}`);
  const reading = connectForReading(settings);
  const currentUsage = connectForCurrentUsage(settings);
  const probing = connectForProbing(settings);
  const downloads = connectForDownloads(settings);
  const clock = { now };
  const logger = createLogger('api', 'error');
  const recorded = { ...settings, UNKNOWN_ORGS: unknownOrgs, SETTINGS_CHANGES_PER_HOUR: 1_000 };
  const recorder = openRecorder(recorded, currentUsage, {
    clientId: `test-${suite}`,
    logger,
    now: () => clock.now,
    timeoutMs: recordWithinMs,
  });
  const events = new EventPublisher({
    sink: new CallEventProducer({
      kafka: settings,
      topics: topicNames(settings.TOPIC_PREFIX),
      clientId: `test-${suite}`,
      logger,
    }),
    logger,
    timeoutMs: recordWithinMs,
    maxWaitingBytes: 32 * 1024 * 1024,
  });
  const deadLetters = openDeadLetterTool(
    { ...settings, FUTURE_LIMIT_MS, LATENESS_LIMIT_MS, registry: undefined },
    `test-${suite}`,
    logger,
    () => clock.now,
  );
  const alertRequests = openAlertRequests(settings, reading, {
    clientId: `test-${suite}`,
    logger,
    timeoutMs: recordWithinMs,
  });
  const { app, routes } = await buildApp({
    now: () => clock.now,
    clickhouse: reading,
    bases: new SharedBasis(currentUsage, topicNames().calls),
    clickhouseForCurrentUsage: currentUsage,
    clickhouseForProbes: probing,
    clickhouseForDownloads: downloads,
    sourceRetentionDays,
    settings: recorder,
    events,
    deadLetters,
    alertRequests,
    webhooks: { key: WEBHOOK_KEY, isAnyTarget: true },
    eventTimeLimits: { futureMs: FUTURE_LIMIT_MS, latenessMs: LATENESS_LIMIT_MS },
    topics: topicNames(),
    timing: { sealDelayMs: 60_000, graceMs: 900_000 },
    waveLimits: { percent: 5, records: 100 },
    logger,
    verifyToken: createTokenVerifier({ secrets: [SECRET] }, () => clock.now),
    newRequestId: randomUUID,
    newChangeId: randomUUID,
    rateLimitPerMinute: 1_000_000,
    metrics: new Registry(),
    statementIssuer: 'Credits & Söhne',
    localSignIn:
      signInDir === ''
        ? undefined
        : openLocalSignIn({ DATA_DIR: signInDir, keys: { secrets: [SECRET] } }, () => clock.now),
  });
  const schemas = new Map<string, Readonly<Record<string, unknown>>>();
  app.addHook('onRequest', async (request) => {
    const { schema } = request.routeOptions;
    if (schema && schema.hide !== true) schemas.set(request.id, Object(schema.response));
  });

  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  async function send(
    path: string,
    { method = 'GET', claims, body, headers }: RequestOptions = {},
  ): Promise<Answer> {
    const token = claims && (await signToken(SECRET, claims, clock.now + 60_000));
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { status } = response;
    const answered = Object.fromEntries(response.headers);
    const isJson = /^application\/(?:.+\+)?json/.test(answered['content-type'] ?? '');
    const content: unknown = isJson ? await response.json() : await response.text();
    const mediaType = (answered['content-type'] ?? '').replace(/;.*$/, '');
    const documented = schemas.get(answered['x-request-id'] ?? '');
    checkAnswer(documented, { status, mediaType, content }, `${method} ${path}`);
    return { status, headers: answered, body: content };
  }
  const get = (path: string, claims?: Claims): Promise<Answer> => send(path, claims && { claims });

  return {
    url,
    routes,
    namespace,
    clickhouse,
    reading,
    clock,
    send,
    get,
    async read(schema, path, claims) {
      const { status, body } = await get(path, claims);
      if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
      if (compiled(schema).check(body)) return body;
      throw new Error(`${path}: not of the schema`);
    },
    async close() {
      await app.close();
      await recorder.close();
      await events.close();
      await deadLetters.close();
      await alertRequests.close();
      await reading.close();
      await currentUsage.close();
      await probing.close();
      await downloads.close();
      await clickhouse.close();
      await dropDatabase(settings);
    },
  };
}

/**
 * Checks that the route documents the answer: its status, its media type and, if it is JSON, its
 * body. @param documented the route's answers by status; undefined for pages and for requests that reach no route
 */
function checkAnswer(
  documented: Readonly<Record<string, unknown>> | undefined,
  { status, mediaType, content }: { status: number; mediaType: string; content: unknown },
  what: string,
): void {
  const said = `${status} ${mediaType} of ${what}`;
  const answer = documented?.[status];
  if (status >= 400) {
    if (mediaType !== PROBLEM_MEDIA_TYPE) throw new Error(`${said} is not a problem document`);
    if (documented !== undefined && answer === undefined) throw new Error(`${said} is not documented`);
    checkBody(ProblemSchema, content, said);
  } else if (documented !== undefined) {
    if (answer === undefined) throw new Error(`${said} is not documented`);
    if (compiled(ByMediaType).check(answer)) {
      const ofType = answer.content[mediaType];
      if (ofType === undefined)
        throw new Error(`${said}: documented are ${Object.keys(answer.content).join()}`);
      checkBody(ofType.schema, content, said);
    } else {
      if (mediaType !== 'application/json') throw new Error(`${said}: documented is JSON`);
      checkBody(answer, content, said);
    }
  }
}

/** How a route documents answers that are not JSON, or of several types. */
const ByMediaType = Type.Object({
  content: Type.Record(Type.String(), Type.Object({ schema: Type.Unknown() })),
});

function checkBody(schema: unknown, body: unknown, what: string): void {
  if (!isSchema(schema)) throw new Error(`${what}: the route has no schema for it`);
  const { check, validationErrors } = compiled(schema);
  if (check(body)) return;
  throw new Error(`${what} is not of its schema: ${JSON.stringify(validationErrors(body).slice(0, 3))}`);
}

function isSchema(schema: unknown): schema is TSchema {
  return typeof schema === 'object' && schema !== null;
}
