import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { openRecorder } from '../../store/settings/recorder.ts';
import { buildApp } from '../../api/app.ts';
import { createTokenVerifier } from '../../api/auth/tokens.ts';
import { connectForCurrentUsage, connectForProbing, connectForReading } from '../../api/clickhouse.ts';
import { connectForDownloads } from '../../api/clickhouse-downloads.ts';
import type { ApiDependencies } from '../../api/dependencies.ts';
import { UnconfirmedError } from '../../api/events/event-publisher.ts';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS } from '../../schemas/event-rules.ts';
import { createLogger } from '../../platform/logging.ts';
import { LogUnavailableError } from '../../platform/landed-log.ts';
import { openDeadLetterTool } from '../../store/dead-letters/tool.ts';
import { topicNames } from '../../schemas/topics.ts';
import { SharedBasis } from '../../store/usage/shared-basis.ts';

const EVENT_TIME_LIMITS = { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS };
export const SECRET = Buffer.from('a secret that only this test run knows');
/** Nothing listens on port 1. */
const UNREACHABLE = '127.0.0.1:1';

/** The API, not yet listening, without Kafka. @param given its clickhouseUrl is unreachable by default */
export async function openWithoutServers(
  given: Partial<ApiDependencies> & { readonly clickhouseUrl?: string } = {},
) {
  const { clickhouseUrl = `http://${UNREACHABLE}`, ...more } = given;
  const config = {
    CLICKHOUSE_URL: clickhouseUrl,
    CLICKHOUSE_DATABASE: 'none',
    CLICKHOUSE_USER: 'default',
    CLICKHOUSE_PASSWORD: '',
  };
  const clickhouse = connectForReading(config);
  const clickhouseForCurrentUsage = connectForCurrentUsage(config);
  const clickhouseForProbes = connectForProbing(config);
  const clickhouseForDownloads = connectForDownloads(config);
  const logger = createLogger('api', 'silent');
  const kafka = {
    KAFKA_BROKERS: UNREACHABLE,
    TOPIC_PREFIX: '',
    UNKNOWN_ORGS: 'local',
    SETTINGS_CHANGES_PER_HOUR: 1_000,
  } as const;
  const { app, routes } = await buildApp({
    now: Date.now,
    clickhouse,
    bases: new SharedBasis(clickhouseForCurrentUsage, topicNames().calls),
    clickhouseForCurrentUsage,
    clickhouseForProbes,
    clickhouseForDownloads,
    sourceRetentionDays: 90,
    settings: openRecorder(kafka, clickhouse, { clientId: 'test', logger, now: Date.now, timeoutMs: 1_000 }),
    topics: topicNames(),
    deadLetters: openDeadLetterTool(
      { ...config, ...kafka, ...EVENT_TIME_LIMITS, registry: undefined },
      'test',
      logger,
      Date.now,
    ),
    alertRequests: { append: () => Promise.reject(new LogUnavailableError('alerts', undefined)) },
    webhooks: { key: '', isAnyTarget: false },
    events: { publish: () => Promise.reject(new UnconfirmedError(0)) },
    eventTimeLimits: { futureMs: FUTURE_LIMIT_MS, latenessMs: LATENESS_LIMIT_MS },
    timing: { sealDelayMs: 60_000, graceMs: 900_000 },
    waveLimits: { percent: 5, records: 100 },
    logger,
    verifyToken: createTokenVerifier({ secrets: [SECRET] }, Date.now),
    newRequestId: randomUUID,
    newChangeId: randomUUID,
    rateLimitPerMinute: 1_000,
    metrics: new Registry(),
    statementIssuer: 'test',
    ...more,
  });
  return {
    app,
    routes,
    close: async () => {
      await app.close();
      await clickhouse.close();
      await clickhouseForCurrentUsage.close();
      await clickhouseForProbes.close();
      await clickhouseForDownloads.close();
    },
  };
}

/** A request's options; by default a GET. */
export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The caller's address: any of 127.x.x.x. */
  readonly from?: string;
}

/** An answer with its undecoded bytes. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** The same API, listening. */
export async function listenWithoutServers(given?: Parameters<typeof openWithoutServers>[0]) {
  const { app, close } = await openWithoutServers(given);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    app,
    close,
    exchange: (bytes: string) => exchange(url, bytes),
    send: (path: string, { method = 'GET', headers = {}, body, from = '127.0.0.1' }: RequestOptions = {}) =>
      new Promise<RawAnswer>((resolve, reject) => {
        const sent = request(
          url + path,
          { method, headers: sized(headers, body), localAddress: from },
          (answer) => {
            const pieces: Buffer[] = [];
            answer.on('data', (piece: Buffer) => pieces.push(piece));
            answer.on('end', () => {
              const bytes = Buffer.concat(pieces);
              const { statusCode: status = 0, headers: answered } = answer;
              resolve({ status, headers: answered, bytes, text: bytes.toString() });
            });
          },
        );
        sent.on('error', reject);
        sent.end(body);
      }),
  };
}

/** What a server sends on a connection until it closes it. */
export interface Exchanged {
  /** Of the first answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything, also the answers after the first one. */
  readonly text: string;
}

/** Sends bytes as they are, which no HTTP client would, and reads until the server closes the connection. */
async function exchange(url: string, bytes: string): Promise<Exchanged> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(Buffer.from(piece)));
  socket.write(Buffer.from(bytes, 'latin1'));
  await once(socket, 'close');
  const text = Buffer.concat(pieces).toString();
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n');
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  });
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: text.slice(end + 4),
    text,
  };
}

/** Node does not add a length to a DELETE. */
const sized = (headers: Readonly<Record<string, string>>, body: string | undefined) =>
  body === undefined ? headers : { 'content-length': Buffer.byteLength(body), ...headers };
