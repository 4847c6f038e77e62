import { sampledContext, traceparentOf } from '../../../platform/tracing/span-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it('names the span of a sampled trace', () => {
    expect(sampledContext(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN });
    expect(traceparentOf({ traceId: TRACE, spanId: SPAN })).toBe(`00-${TRACE}-${SPAN}-01`);
  });

  it('may be of a later version, with more behind its flags', () => {
    expect(sampledContext(`01-${TRACE}-${SPAN}-03-more`)).toEqual({ traceId: TRACE, spanId: SPAN });
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is not sampled', `00-${TRACE}-${SPAN}-00`],
    ['has a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['has a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['is of no version', `ff-${TRACE}-${SPAN}-01`],
    ['has capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['is too short', `00-${TRACE}-01`],
  ])('is ignored where it %s', (_, traceparent) => {
    expect(sampledContext(traceparent)).toBeUndefined();
  });
});
