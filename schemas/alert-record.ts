import avro from 'avsc';
import {
  encodeSingleObject,
  fingerprintOf,
  SINGLE_OBJECT_HEADER_BYTES,
  singleObjectHeader,
  UnknownSchemaError,
} from './avro.ts';
import { projectFile } from './root.ts';

/**
 * What a record of the topic alerts is: an alert that was raised or resolved, something else to deliver, a test of a
 * destination, a delivery to be made again, or how far a user has read.
 */
export const ALERT_RECORD_KINDS = ['raised', 'resolved', 'event', 'test', 'replay', 'read'] as const;
export type AlertRecordKind = (typeof ALERT_RECORD_KINDS)[number];

/** alert-record.avsc documents each field. */
export interface AlertRecord {
  record_id: string;
  org_id: string;
  kind: AlertRecordKind;
  product: string;
  rule_id: string;
  subject: string;
  number: number;
  value: string;
}

const schema: avro.Schema = JSON.parse(projectFile('schemas', 'alert-record.avsc'));
const type = avro.Type.forSchema(schema);
const header = singleObjectHeader(type);

export function encodeAlertRecord(record: AlertRecord): Buffer {
  return encodeSingleObject(type, header, record);
}

/** @throws UnknownSchemaError, or avsc's error if the bytes are not an alert record to their last byte */
export function decodeAlertRecord(message: Buffer): Omit<AlertRecord, 'kind'> & { readonly kind: string } {
  const writer = fingerprintOf(message);
  if (writer !== header.toString('hex', 2)) throw new UnknownSchemaError('alert record', writer);
  // The fingerprint names this schema, so avsc reads a value of its shape.
  const record: AlertRecord = type.fromBuffer(message.subarray(SINGLE_OBJECT_HEADER_BYTES));
  return record;
}
