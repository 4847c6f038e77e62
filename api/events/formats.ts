import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { EventRejectedError } from '../../schemas/event-rejected-error.ts';
import { Problem } from '../problems/problem.ts';
import { fromCloudEvent } from './cloud-event.ts';
import { plainEvent } from './plain-event.ts';

/** Events of one request. */
export const MAX_EVENTS = 1_000;

/** How a media type carries events. */
export interface EventFormat {
  /** The events of a body, not yet looked at. Throws the Problem `invalid-request` where that is not possible. */
  readonly split: (body: string) => readonly unknown[];
  /** One of them as a CallEventInput whose shape is not checked yet. Throws EventRejectedError. */
  readonly toInput: (event: unknown) => unknown;
}

/** By media type. */
export const EVENT_FORMATS: ReadonlyMap<string, EventFormat> = new Map([
  ['application/json', { split: splitJson, toInput: plainEvent }],
  ['application/x-ndjson', { split: splitLines, toInput: (line) => plainEvent(parseLine(line)) }],
  ['application/cloudevents+json', { split: (body) => [parseBody(body)], toInput: fromCloudEvent }],
  ['application/cloudevents-batch+json', { split: splitArray, toInput: fromCloudEvent }],
]);

/** The format of a Content-Type header; undefined where it carries no events. */
export function formatOf(contentType = ''): EventFormat | undefined {
  return EVENT_FORMATS.get((contentType.split(';', 1)[0] ?? '').trim().toLowerCase());
}

const Batch = Type.Object({ events: Type.Unknown() });
const OnlyEvents = Type.Object({ events: Type.Array(Type.Unknown()) }, { additionalProperties: false });

function splitJson(body: string): readonly unknown[] {
  const value = parseBody(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidBody('The body must be one event or {"events": [...]}.');
  }
  if (!compiled(Batch).check(value)) return [value];
  if (compiled(OnlyEvents).check(value)) return value.events;
  throw invalidBody('Beside "events", which must be an array, the body must have no other members.');
}

function splitArray(body: string): readonly unknown[] {
  const value = parseBody(body);
  if (Array.isArray(value)) return value;
  throw invalidBody('A batch of CloudEvents must be a JSON array.');
}

/** Lines end with LF or CRLF; blank ones are skipped. */
function splitLines(body: string): readonly unknown[] {
  return body.split('\n').filter((line) => line.trim() !== '');
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidBody('The body is not valid JSON.', error);
  }
}

function parseLine(line: unknown): unknown {
  try {
    return JSON.parse(String(line));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new EventRejectedError('shape', 'the line is not valid JSON');
  }
}

const invalidBody = (detail: string, cause?: unknown): Problem =>
  new Problem('invalid-request', detail, { cause, errors: [{ pointer: '#', detail }] });
