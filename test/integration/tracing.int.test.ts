import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { signToken } from '../../api/auth/tokens.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import type { PublisherTracer } from '../../producers/tracer.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { call } from '../producers/sample-event.ts';
import { until } from '../until.ts';
import { openPipeline, SECRET, type PipelineUnderTest } from './pipeline.ts';

const Span = Type.Object({
  traceId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  spanId: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  parentSpanId: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  name: Type.String(),
  kind: Type.Integer(),
  startTimeUnixNano: Type.String({ pattern: '^\\d{19}$' }),
  endTimeUnixNano: Type.String({ pattern: '^\\d{19}$' }),
  status: Type.Optional(Type.Object({ code: Type.Integer() })),
});
const Text = Type.Object({ value: Type.Object({ stringValue: Type.String() }) });
const Exported = Type.Object({
  resourceSpans: Type.Tuple([
    Type.Object({
      resource: Type.Object({ attributes: Type.Tuple([Text]) }),
      scopeSpans: Type.Tuple([Type.Object({ spans: Type.Array(Span) })]),
    }),
  ]),
});

/** What a receiver of OTLP over HTTP got, by the service that sent it. */
const received: (Static<typeof Span> & { readonly service: string })[] = [];
const requests = new Set<string>();
let receiver: Server;
let pipeline: PipelineUnderTest;

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const ofTrace = (traceId: string) => received.filter((span) => span.traceId === traceId);
const untilSpans = (traceId: string, count: number): Promise<void> =>
  until(`the trace has ${count} spans`, () => ofTrace(traceId).length >= count);

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  requests.add(`${request.url} ${request.headers['content-type']}`);
  const [{ resource, scopeSpans }] = Value.Parse(Exported, JSON.parse(body)).resourceSpans;
  const service = resource.attributes[0].value.stringValue;
  for (const span of scopeSpans[0].spans) received.push({ ...span, service });
  response.end('{}');
}

beforeAll(async () => {
  receiver = createServer((request, response) => void receive(request, response)).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  pipeline = await openPipeline('tracing', {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    // Nothing is killed here: a session that outlives a stall, so that no record is fetched again.
    SESSION_TIMEOUT_MS: '10000',
  });
  await Promise.all([pipeline.start('api'), pipeline.start('consumer')]);
});
afterAll(async () => {
  await pipeline.stop();
  receiver.close();
});

async function publish(traceparent: string): Promise<void> {
  const token = await signToken(
    Buffer.from(SECRET),
    { role: 'publisher', sub: 'test' },
    Date.now() + HOUR_MS,
  );
  const answer = await fetch(`http://127.0.0.1:${pipeline.env['PORT']}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', traceparent },
    body: JSON.stringify(call({ occurred_at: Date.now() })),
  });
  expect(answer.status).toBe(202);
}

describe('a trace', () => {
  it('goes from a request to POST /v1/events through Kafka to what has landed', async () => {
    const [traceId, requestId] = [hex(16), hex(8)];
    const unsampled = hex(16);
    await publish(`00-${unsampled}-${hex(8)}-00`);
    await publish(`00-${traceId}-${requestId}-01`);
    await untilSpans(traceId, 2);
    const [api, consumer] = ofTrace(traceId).toSorted((one, other) =>
      one.service.localeCompare(other.service),
    );
    const topic = pipeline.topics.calls;
    expect(api).toMatchObject({
      service: 'api-credits-api',
      name: `publish ${topic}`,
      kind: 4,
      parentSpanId: requestId,
    });
    expect(consumer).toMatchObject({
      service: 'api-credits-consumer',
      name: `land ${topic}`,
      kind: 5,
      parentSpanId: api?.spanId,
    });
    expect(ofTrace(unsampled)).toEqual([]);
    expect([...requests]).toEqual(['/v1/traces application/json']);
  });

  it('goes from a publisher with a tracer to what has landed', async () => {
    const [traceId, spanId] = [hex(16), hex(8)];
    const ended: string[] = [];
    const tracer: PublisherTracer = {
      startSpan: (name) => ({
        spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
        setStatus: () => undefined,
        end: () => ended.push(name),
      }),
    };
    const brokers = (pipeline.env['KAFKA_BROKERS'] ?? '').split(',');
    const publisher = createPublisher({ brokers, topicPrefix: pipeline.env['TOPIC_PREFIX'] ?? '', tracer });
    await publisher.publish(call({ occurred_at: Date.now() }));
    expect(ended).toEqual(['publish api call']);
    await publisher.close();
    await untilSpans(traceId, 1);
    // A record that is fetched again lands again, with a span of its own.
    for (const span of ofTrace(traceId))
      expect(span).toMatchObject({ service: 'api-credits-consumer', parentSpanId: spanId });
  });
});
