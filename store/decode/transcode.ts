import { SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { callEventHeader } from '../../schemas/call-event.ts';
import type { Rejection } from '../../schemas/event-rules.ts';
import { EventFacts, validateEvent, type EventLimits } from '../../schemas/event-validation.ts';
import { AvroReader } from './avro-reader.ts';
import type { CallEventColumns } from './call-event-columns.ts';

/** A record's partition and offset, and when the broker appended it (LogAppendTime, epoch milliseconds). */
export interface Coordinate {
  readonly partition: number;
  readonly offset: number;
  readonly appendedAtMs: number;
}

/** Whether the header of the message in bytes[start, end) names the current schema. */
export function isCurrentSchema(bytes: Buffer, start = 0, end = bytes.length): boolean {
  if (end - start < SINGLE_OBJECT_HEADER_BYTES) return false;
  for (let index = 0; index < SINGLE_OBJECT_HEADER_BYTES; index += 1) {
    if (bytes[start + index] !== callEventHeader[index]) return false;
  }
  return true;
}

/**
 * Writes Avro bytes of the current schema (schemas/call-event.avsc) straight into ClickHouse columns, without an object
 * per event: 0.2 us instead of 0.7 for the decoding alone. It keeps the row only after it has read and validated the
 * whole message.
 */
export class Transcoder {
  readonly #reader = new AvroReader();
  readonly #facts = new EventFacts();
  readonly #limits: EventLimits;

  constructor(limits: EventLimits) {
    this.#limits = limits;
  }

  /**
   * Adds the event as a row, or adds nothing.
   * @param bytes a message of the current schema (isCurrentSchema) stands in [start, end): a Buffer of its own would
   *   cost as much as reading it
   * @param columns with room for a row
   * @returns why the event is rejected: `not-an-event` unless the message is one to its last byte, else the result of
   *   validateEvent
   */
  add(
    bytes: Buffer,
    at: Coordinate,
    columns: CallEventColumns,
    start = 0,
    end = bytes.length,
  ): Rejection | undefined {
    const reader = this.#reader;
    const facts = this.#facts;
    const row = columns.rows;
    reader.start(bytes, SINGLE_OBJECT_HEADER_BYTES, start, end);

    const id = reader.fixed('event_id', 16);
    columns.eventId.set(row, bytes, id);
    facts.isUuidV7 = ((bytes[id + 6] ?? 0) & 0xf0) === 0x70 && ((bytes[id + 8] ?? 0) & 0xc0) === 0x80;
    reader.long('occurred_at');
    columns.occurredAt.setHalves(row, reader.low, reader.high);
    facts.idTimeIsOccurredAt = reader.high === bits(bytes, id, 2) && reader.low === bits(bytes, id + 2, 4);
    facts.occurredAtMs = reader.high * 2 ** 32 + (reader.low >>> 0);
    facts.nameBytes[0] = columns.orgId.put(reader, 'org_id');
    facts.nameHasControl[0] = Number(columns.orgId.hasControl);
    facts.nameBytes[1] = columns.product.put(reader, 'product');
    facts.nameHasControl[1] = Number(columns.product.hasControl);
    facts.nameBytes[2] = columns.userId.put(reader, 'user_id');
    facts.nameHasControl[2] = Number(columns.userId.hasControl);
    facts.nameBytes[3] = columns.appId.put(reader, 'app_id');
    facts.nameHasControl[3] = Number(columns.appId.hasControl);
    facts.methodBytes = columns.method.put(reader, 'method');
    facts.endpointBytes = columns.endpoint.put(reader, 'endpoint');
    facts.moduleBytes = columns.module.put(reader, 'module');
    facts.status = columns.status[row] = reader.int('status');
    facts.credits = columns.credits[row] = reader.int('credits');
    facts.ruleBytes = columns.rule.put(reader, 'rule');
    reader.long('units');
    columns.units.setHalves(row, reader.low, reader.high);
    facts.rejectionCauseBytes = columns.rejectionCause.put(reader, 'rejection_cause');
    facts.sourceAddressBytes = columns.sourceAddress.put(reader, 'source_address');
    const branch = reader.int('duration_ms');
    if (branch !== 0 && branch !== 1) reader.fail('duration_ms', `has no branch ${branch}`);
    columns.durationIsNull[row] = 1 - branch;
    columns.duration[row] = branch === 1 ? reader.int('duration_ms') : 0;
    reader.finish();

    if (reader.error !== '') return { reason: 'not-an-event', detail: reader.error };
    facts.clockMs = at.appendedAtMs;
    const rejection = validateEvent(facts, this.#limits);
    if (rejection) return rejection;
    columns.partition[row] = at.partition;
    columns.offset.set(row, at.offset);
    columns.appendedAt.set(row, at.appendedAtMs);
    columns.keepRow();
    return undefined;
  }
}

/** Up to four bytes in network order; four of them as a signed 32-bit integer. */
function bits(message: Buffer, from: number, size: number): number {
  let value = 0;
  for (let index = from; index < from + size; index += 1) value = (value << 8) | (message[index] ?? 0);
  return value;
}
