import { once } from 'node:events';
import { createServer } from 'node:http';
import { openTracing, Tracing } from '../../../platform/tracing/tracing.ts';

const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const span = {
  name: 'land',
  kind: 'consumer',
  parent,
  startMs: 1_000,
  endMs: 2_000.5,
  attributes: {},
} as const;

/** A logger that keeps its warnings. */
function recordingLogger() {
  const warnings: object[] = [];
  return { warnings, warn: (details: object) => void warnings.push(details) };
}

describe('tracing', () => {
  it('is off without a collector', () => {
    expect(openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, 'x', recordingLogger())).toBeUndefined();
  });

  it('exports what waits when it is closed', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (data: Buffer) => bodies.push(data.toString()));
      request.on('end', () => response.end('{}'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const logger = recordingLogger();
    const tracing = new Tracing(`http://127.0.0.1:${port}/`, 'service', logger);
    tracing.ended({ ...span, attributes: { partition: 3 } }, 'c'.repeat(16));
    await tracing.close();
    server.close();
    const [{ scopeSpans }] = JSON.parse(bodies.join('')).resourceSpans;
    expect(scopeSpans[0].spans).toEqual([
      {
        traceId: parent.traceId,
        spanId: 'c'.repeat(16),
        parentSpanId: parent.spanId,
        name: 'land',
        kind: 5,
        startTimeUnixNano: '1000000000',
        endTimeUnixNano: '2000000000',
        attributes: [{ key: 'partition', value: { intValue: '3' } }],
      },
    ]);
    expect(logger.warnings).toEqual([]);
  });

  it('drops spans beyond its bound, logs how many, and never throws while the collector is away', async () => {
    const logger = recordingLogger();
    const tracing = new Tracing('http://127.0.0.1:1', 'service', logger);
    // The first 500 are being exported, 5,000 wait.
    for (let count = 0; count < 5_510; count += 1) tracing.ended(span);
    await tracing.close();
    expect(logger.warnings).toMatchObject([{ dropped: 500 }, { dropped: 5_010 }]);
  });
});
