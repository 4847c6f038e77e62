import { createHash } from 'node:crypto';
import { formatOf } from '../../../api/events/formats.ts';
import { prepare } from '../../../api/events/prepare.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS } from '../../../schemas/event-rules.ts';

const NOW = Date.parse('2026-11-22T10:00:00.123Z');
const TIME = '2026-11-22T10:00:00.123Z';
const CALL = {
  org_id: 'acme',
  product: 'crm',
  user_id: 'ann',
  app_id: '-',
  method: 'GET',
  endpoint: '/',
  status: 200,
  credits: 1,
};
const CLOUD_EVENT = { specversion: '1.0', id: 'a-1', source: '/api', type: 'call', time: TIME, data: CALL };
const ID = mintEventId(NOW, Buffer.alloc(10, 7));
const STRUCTURED = 'application/cloudevents+json';

/** What becomes of each event of a body: its id, or why it is rejected. */
function outcomesOf(mediaType: string, body: string, orgId?: string): string[] {
  const format = formatOf(mediaType);
  if (format === undefined) throw new Error(`${mediaType} has no format`);
  const timeLimits = { futureMs: FUTURE_LIMIT_MS, latenessMs: LATENESS_LIMIT_MS };
  return format.split(body).map((event) => {
    const outcome = prepare(event, format, { orgId, nowMs: NOW, timeLimits });
    return 'record' in outcome ? outcome.eventId : `${outcome.reason}: ${outcome.detail}`;
  });
}
const one = (mediaType: string, event: unknown): string =>
  outcomesOf(mediaType, JSON.stringify(event))[0] ?? 'nothing';
const hashOf = (source: string, id: string): Buffer =>
  createHash('sha256').update(`["${source}","${id}"]`).digest();
const plain = (more: object): string => one('application/json', { ...CALL, ...more });
const cloud = (more: object): string => one(STRUCTURED, { ...CLOUD_EVENT, ...more });

describe('a body', () => {
  it('of JSON is one event or a list of them', () => {
    const json = 'Application/JSON; charset=utf-8';
    expect(outcomesOf(json, JSON.stringify({ ...CALL, event_id: ID }))).toEqual([ID]);
    expect(outcomesOf(json, JSON.stringify({ events: [{ ...CALL, event_id: ID }, 7] }))).toEqual([
      ID,
      'shape: it is not a JSON object',
    ]);
  });

  it.each(['', '{', '[]', 'null', '7', '{"events":{}}', '{"events":[],"more":1}'])('%s is a 400', (body) => {
    expect(() => outcomesOf('application/json', body)).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    );
  });

  it('of NDJSON has an outcome for each line that is not blank', () => {
    const line = JSON.stringify({ ...CALL, event_id: ID });
    expect(outcomesOf('application/x-ndjson', `${line}\r\n\n{oops\n${line}`)).toEqual([
      ID,
      'shape: the line is not valid JSON',
      ID,
    ]);
  });

  it('of CloudEvents is one, or an array of them', () => {
    const batch = JSON.stringify([{ ...CLOUD_EVENT, id: ID }, {}]);
    expect(outcomesOf('application/cloudevents-batch+json', batch)).toEqual([
      ID,
      expect.stringContaining('shape: it is not a CloudEvent 1.0'),
    ]);
    expect(() => outcomesOf('application/cloudevents-batch+json', '{}')).toThrow('must be a JSON array');
  });
});

describe('an event', () => {
  it('keeps its id, and takes its time from it or from a text', () => {
    expect(plain({ event_id: ID, occurred_at: NOW })).toBe(ID);
    expect(plain({ event_id: ID, occurred_at: '2026-11-22T11:00:00.123+01:00' })).toBe(ID);
    expect(plain({ event_id: ID })).toBe(ID);
    expect(plain({})).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['another time', 'event-id-time', { event_id: ID, occurred_at: NOW - 1 }],
    ['a time that is not one', 'shape', { occurred_at: 'yesterday' }],
    ['a UUIDv4', 'event-id', { event_id: '0f0e0d0c-0b0a-4908-8706-050403020100' }],
    ['an unknown field', 'shape', { modul: 'x' }],
    ['a prototype', 'shape', JSON.parse('{"__proto__":{"credits":1}}')],
    ['half a character', 'shape', { user_id: 'a\ud800' }],
    ['an empty org', 'org-id', { org_id: '' }],
    ['too many credits', 'credits', { credits: 1_000_001 }],
    ['a text instead of a number', 'shape', { credits: '1' }],
    ['a rejected call that costs', 'rejected-with-credits', { status: 429 }],
    ['more bytes than a record may have', 'endpoint', { endpoint: 'x'.repeat(70_000) }],
    ['a day that is too late', 'too-late', { occurred_at: NOW - LATENESS_LIMIT_MS - 1 }],
  ])('with %s is rejected: %s', (_, reason, more) => {
    expect(plain(more)).toMatch(new RegExp(`^${reason}: `));
  });

  it('is rejected with a detail of bounded size', () => {
    expect(plain({ ['x'.repeat(100_000)]: 1 }).length).toBeLessThan(400);
  });

  it('of another org than the token’s is rejected', () => {
    const body = JSON.stringify({ ...CALL, event_id: ID });
    expect(outcomesOf('application/json', body, 'acme')).toEqual([ID]);
    expect(outcomesOf('application/json', body, 'other')[0]).toMatch(/^foreign-org: /);
  });
});

describe('a CloudEvent', () => {
  it('determines its event id by time, source and id', () => {
    expect(cloud({})).toBe(mintEventId(NOW, hashOf('/api', 'a-1')));
    expect(cloud({ time: '2026-11-22T10:00:00.123999Z' })).toBe(cloud({}));
    expect(new Set([cloud({}), cloud({ id: 'a-2' }), cloud({ source: '/api"' })]).size).toBe(3);
  });

  it('keeps an id that is a UUIDv7 of its time, with or without the attribute', () => {
    expect(cloud({ id: ID })).toBe(ID);
    expect(cloud({ id: ID, time: undefined })).toBe(ID);
  });

  it('treats a UUIDv7 of another time like any other id', () => {
    const id = mintEventId(NOW - 2, Buffer.alloc(10));
    expect(cloud({ id })).toBe(mintEventId(NOW, hashOf('/api', id)));
  });

  it('keeps the event_id of its data', () => {
    expect(cloud({ data: { ...CALL, event_id: ID } })).toBe(ID);
    expect(cloud({ data: { ...CALL, occurred_at: NOW } })).toBe(cloud({}));
  });

  it.each([
    ['without time', { time: undefined }, 'time is missing'],
    ['of another version', { specversion: '0.3' }, 'not a CloudEvent 1.0'],
    ['without a source', { source: '' }, 'source'],
    ['with an id that is no text', { id: 7 }, 'id'],
    ['with data of another type', { datacontenttype: 'text/xml' }, 'datacontenttype'],
    ['without data', { data: undefined, data_base64: 'e30=' }, 'data'],
    ['with two times', { data: { ...CALL, occurred_at: NOW - 1 } }, 'occurred_at in the data'],
    ['with invalid data', { data: { ...CALL, status: undefined } }, 'status is missing'],
  ])('%s is rejected', (_, more, detail) => {
    expect(cloud(more)).toMatch(new RegExp(`^shape: .*${detail}`));
  });
});
