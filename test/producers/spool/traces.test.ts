import { scanRecords } from '../../../producers/spool/scan.ts';
import { encodeHeader, encodeRecords, headerProblem } from '../../../producers/spool/segment-format.ts';
import type { PublisherTracer } from '../../../producers/tracer.ts';
import { call } from '../sample-event.ts';
import { ScriptedTransport } from '../scripted-transport.ts';
import { away, endWithEvents, Place } from './spooled.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
let here: Place;
beforeEach(() => {
  here = new Place();
});
afterEach(() => here.drop());

/** Its first span is sampled, its second one is not, and so on. */
function tracerOf(ended: string[]): PublisherTracer {
  let spans = 0;
  return {
    startSpan: () => {
      const number = (spans += 1);
      const spanId = String(number).padStart(16, '0');
      return {
        spanContext: () => ({ traceId: TRACE, spanId, traceFlags: number % 2 }),
        setStatus: () => undefined,
        end: () => ended.push(spanId),
      };
    },
  };
}

const parentOf = ({ records }: ScriptedTransport): (string | undefined)[] =>
  records.map(({ headers }) => headers?.['traceparent']);
const FIRST = `00-${TRACE}-0000000000000001-01`;

describe('the trace of a spooled event', () => {
  it('is in the header of its record, and its span ends when publish resolves', async () => {
    const [ended, kafka]: [string[], ScriptedTransport] = [[], new ScriptedTransport()];
    const publisher = here.publisher(kafka, {}, { tracer: tracerOf(ended) });
    await publisher.publish(call());
    expect(ended).toContain('0000000000000001');
    await publisher.publish(call());
    await publisher.flush();
    expect(parentOf(kafka)).toEqual([FIRST, undefined]);
  });

  it('is on the disk, for the next publisher, which may trace nothing itself', async () => {
    const publisher = here.publisher(away(), {}, { tracer: tracerOf([]) });
    await Promise.all([publisher.publish(call()), publisher.publish(call())]);
    expect(await endWithEvents(publisher)).toBe(2);
    const kafka = new ScriptedTransport();
    const next = here.publisher(kafka);
    await next.ready();
    await next.flush();
    expect(parentOf(kafka)).toEqual([FIRST, undefined]);
    expect(kafka.taken).toHaveLength(2);
  });
});

describe('a segment', () => {
  it('has the format version that earlier releases read, unless its records may be traced', () => {
    expect([encodeHeader(7).readUInt32BE(8), encodeHeader(7, true).readUInt32BE(8)]).toEqual([1, 2]);
    expect(headerProblem(encodeHeader(7, true), 7)).toBeUndefined();
  });

  it('keeps a traceparent between key and value, and none of another length', () => {
    const value = Buffer.from('value');
    const records = [
      { key: 'é', value, headers: { traceparent: FIRST } },
      { key: 'a', value, headers: { traceparent: `${FIRST}-more` } },
      { key: 'b', value },
    ];
    const read = scanRecords(encodeRecords(records, 3), 0, 3, 6).records;
    expect(read.map(({ key, value: found, headers }) => [key, String(found), headers])).toEqual([
      ['é', 'value', { traceparent: FIRST }],
      ['a', 'value', undefined],
      ['b', 'value', undefined],
    ]);
  });
});
