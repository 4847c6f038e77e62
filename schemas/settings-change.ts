import avro from 'avsc';
import {
  encodeSingleObject,
  fingerprintOf,
  SINGLE_OBJECT_HEADER_BYTES,
  singleObjectHeader,
  UnknownSchemaError,
} from './avro.ts';
import { projectFile } from './root.ts';

/** One change of settings or of a catalogue; settings-change.avsc documents each field. */
export interface SettingsChange {
  change_id: string;
  org_id: string;
  kind: string;
  product: string;
  value: string;
  effective_at: number;
  recorded_by: string;
  reason: string;
}

/** A change in the log. `appended_at` is Kafka's append time: the change takes effect then, or later. */
export interface LoggedChange extends SettingsChange {
  readonly offset: number;
  readonly appended_at: number;
}

const schema: avro.Schema = JSON.parse(projectFile('schemas', 'settings-change.avsc'));
const type = avro.Type.forSchema(schema);
const header = singleObjectHeader(type);

export function encodeSettingsChange(change: SettingsChange): Buffer {
  return encodeSingleObject(type, header, change);
}

/** @throws UnknownSchemaError, or avsc's error if the bytes are not a settings change to their last byte */
export function decodeSettingsChange(message: Buffer): SettingsChange {
  const writer = fingerprintOf(message);
  if (writer !== header.toString('hex', 2)) {
    throw new UnknownSchemaError('settings change', writer);
  }
  // The fingerprint names this schema, so avsc reads a value of its shape.
  const change: SettingsChange = type.fromBuffer(message.subarray(SINGLE_OBJECT_HEADER_BYTES));
  return change;
}
