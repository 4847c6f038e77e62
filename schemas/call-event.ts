import avro from 'avsc';
import { encodeSingleObject, singleObjectHeader } from './avro.ts';
import { formatEventId, parseEventId } from './event-id.ts';
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

/** An event as a Kafka record's value. @throws avsc's error if it is not of the schema's types */
export function encodeCallEvent(event: CallEvent): Buffer {
  return encodeSingleObject(callEventType, callEventHeader, event);
}
