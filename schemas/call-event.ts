import avro from 'avsc';
import { encodeSingleObject, singleObjectHeader } from './avro.ts';
import { AvroWriter } from './avro-writer.ts';
import { formatEventId, parseEventId } from './event-id.ts';
import type { Place } from './placed-record.ts';
import { projectFile } from './root.ts';

/** One API call; call-event.avsc documents each field. `occurred_at` is in epoch milliseconds. */
export interface CallEvent {
  event_id: string;
  occurred_at: number;
  org_id: string;
  product: string;
  user_id: string;
  app_id: string;
  method: string;
  endpoint: string;
  module: string;
  status: number;
  credits: number;
  rule: string;
  units: number;
  rejection_cause: string;
  source_address: string;
  duration_ms: number | null;
}

class UuidType extends avro.types.LogicalType {
  protected override _fromValue(bytes: Buffer): string {
    return formatEventId(bytes);
  }
  protected override _toValue(id: unknown): Buffer | undefined {
    return typeof id === 'string' ? parseEventId(id) : undefined;
  }
}

/** An Avro type for a writer or reader schema of call events, with event ids as UUID texts. */
export function callEventTypeOf(schemaJson: string): avro.Type {
  const schema: avro.Schema = JSON.parse(schemaJson);
  return avro.Type.forSchema(schema, { logicalTypes: { uuid: UuidType } });
}

export const callEventSchemaJson = projectFile('schemas', 'call-event.avsc');
export const callEventType = callEventTypeOf(callEventSchemaJson);
/** The 10 bytes before every event written with the current schema. */
export const callEventHeader = singleObjectHeader(callEventType);

/** UTF-16 units of all texts; a larger event is rejected for its size (MAX_EVENT_BYTES). */
const MAX_TEXT_UNITS = 64 * 1024;
/** A unit has at most three bytes in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;
/** Everything but the texts takes far less. */
const MAX_OTHER_BYTES = 1024;
const writer = new AvroWriter();

/**
 * An event as a Kafka record's value. Written here where it is as usual, which is half of avsc's time; avsc writes the
 * others, so that it alone says what is not of the schema's types. Half of a surrogate pair becomes U+FFFD: avsc would
 * write it as bytes that are not UTF-8, and the consumers would reject the event.
 * @throws avsc's error if it is not of the schema's types
 */
export function encodeCallEvent(event: CallEvent): Buffer {
  const { bytes, start, end } = placeCallEvent(event);
  return bytes.subarray(start, end);
}

/** The same as a part of larger bytes. @throws as encodeCallEvent */
export function placeCallEvent(event: CallEvent): Place {
  const id = parseEventId(event.event_id);
  const units16 = textUnits(event);
  if (id === undefined || units16 > MAX_TEXT_UNITS || !hasUsualNumbers(event)) {
    const bytes = encodeSingleObject(callEventType, callEventHeader, event);
    return { bytes, start: 0, end: bytes.length };
  }
  writer.start(callEventHeader, MAX_BYTES_PER_UNIT * units16 + MAX_OTHER_BYTES);
  writer.fixed(id);
  writer.integer(event.occurred_at);
  writer.text(event.org_id);
  writer.text(event.product);
  writer.text(event.user_id);
  writer.text(event.app_id);
  writer.text(event.method);
  writer.text(event.endpoint);
  writer.text(event.module);
  writer.integer(event.status);
  writer.integer(event.credits);
  writer.text(event.rule);
  writer.integer(event.units);
  writer.text(event.rejection_cause);
  writer.text(event.source_address);
  // The branch of the union: null or int.
  writer.integer(event.duration_ms === null ? 0 : 1);
  if (event.duration_ms !== null) writer.integer(event.duration_ms);
  return writer.message();
}

/** The UTF-16 units of all texts. */
function textUnits(event: CallEvent): number {
  const { org_id, product, user_id, app_id, method, endpoint, module, rule } = event;
  const { rejection_cause, source_address } = event;
  return (
    org_id.length +
    product.length +
    user_id.length +
    app_id.length +
    method.length +
    endpoint.length +
    module.length +
    rule.length +
    rejection_cause.length +
    source_address.length
  );
}

/** Whether the numbers are integers of the schema's types beyond doubt. */
function hasUsualNumbers({ occurred_at, status, credits, units, duration_ms }: CallEvent): boolean {
  return (
    isLong(occurred_at) &&
    isLong(units) &&
    isInt(status) &&
    isInt(credits) &&
    (duration_ms === null || isInt(duration_ms))
  );
}

/** avsc's greatest long. */
const MAX_LONG = Number.MAX_SAFE_INTEGER - 1;
const isLong = (value: number): boolean =>
  Number.isInteger(value) && value >= -(2 ** 52) && value <= MAX_LONG;
const isInt = (value: number): boolean => (value | 0) === value;
