import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { CallEventColumns } from '../../../store/decode/call-event-columns.ts';
import { Transcoder } from '../../../store/decode/transcode.ts';
import { VECTORS_FILE, vectorsJson } from '../../../deploy/conformance/kit.ts';
import { NOTHING_DROPPED, REASONS } from '../../../schemas/event-rules.ts';
import { projectFile } from '../../../schemas/root.ts';

const Limits = Type.Object({
  future_ms: Type.Integer(),
  lateness_ms: Type.Integer(),
  max_event_bytes: Type.Integer(),
});
const Vectors = Type.Object({
  now_ms: Type.Integer(),
  header: Type.String(),
  limits: Limits,
  events: Type.Array(
    Type.Object({
      name: Type.String(),
      limits: Type.Optional(Type.Partial(Limits)),
      valid: Type.Boolean(),
      key: Type.Optional(Type.String()),
      bytes: Type.Optional(Type.String()),
      reason: Type.Optional(Type.String()),
    }),
  ),
  records: Type.Array(Type.Object({ name: Type.String(), reason: Type.String() })),
});
const text = projectFile(VECTORS_FILE);
const vectors = Value.Parse(Vectors, JSON.parse(text));
const columns = new CallEventColumns(1);

describe('the vectors of the conformance kit', () => {
  it('are what the contract makes of them now: `npm run conformance` records a change that is meant', () => {
    expect(vectorsJson()).toBe(text);
  });

  it('have a name each', () => {
    for (const list of [vectors.events, vectors.records]) {
      const names = list.map(({ name }) => name);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
  });

  it('show every reason for rejecting an event or a record', () => {
    const shown = new Set([...vectors.events, ...vectors.records].map(({ reason }) => reason));
    expect([...Object.keys(REASONS), 'shape', 'too-large'].filter((reason) => !shown.has(reason))).toEqual(
      [],
    );
  });

  const valid = vectors.events.filter((vector) => vector.valid);

  it('are valid for the consumers too, which read the bytes', () => {
    expect(valid.length).toBeGreaterThan(40);
    for (const { name, limits, bytes = '' } of valid) {
      const { future_ms, lateness_ms } = { ...vectors.limits, ...limits };
      const transcoder = new Transcoder({ ...NOTHING_DROPPED, futureMs: future_ms, latenessMs: lateness_ms });
      columns.clear();
      const at = { partition: 0, offset: 0, appendedAtMs: vectors.now_ms };
      expect([name, transcoder.add(Buffer.from(bytes, 'hex'), at, columns)]).toEqual([name, undefined]);
    }
  });

  it('begin with the header of the current schema', () => {
    expect(valid.filter(({ bytes }) => bytes?.startsWith(vectors.header) !== true)).toEqual([]);
  });
});
