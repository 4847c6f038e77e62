import avro from 'avsc';
import { encodeSingleObject, fingerprintOf, SINGLE_OBJECT_HEADER_BYTES, singleObjectHeader } from './avro.ts';
import { projectFile } from './root.ts';

/** One change of settings or of a catalogue; field by field as documented in settings-change.avsc. */
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

/** A change as the log holds it. `appended_at` is Kafka's append time: it takes effect then, or later. */
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

/** Throws where the bytes are no settings change of this schema, to their last byte. */
export function decodeSettingsChange(message: Buffer): SettingsChange {
  const writer = fingerprintOf(message);
  if (writer !== header.toString('hex', 2)) {
    throw new Error(`no settings change of a known schema (fingerprint ${writer ?? 'missing'})`);
  }
  // The fingerprint says that these bytes are of this very schema, so what avsc reads has its shape.
  const change: SettingsChange = type.fromBuffer(message.subarray(SINGLE_OBJECT_HEADER_BYTES));
  return change;
}
