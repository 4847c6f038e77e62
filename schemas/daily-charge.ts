import avro from 'avsc';
import {
  encodeSingleObject,
  fingerprint,
  fingerprintOf,
  SINGLE_OBJECT_HEADER_BYTES,
  singleObjectHeader,
  UnknownSchemaError,
} from './avro.ts';
import { projectFile } from './root.ts';

/** One close or re-close of a billing day; daily-charge.avsc documents each field. Money is a canonical string. */
export interface DailyCharge {
  org_id: string;
  product: string;
  day: string;
  revision: number;
  day_from: number;
  day_to: number;
  calls: number;
  used: number;
  included: number;
  additional_limit: number;
  additional_used: number;
  billed_credits: number;
  over_limit: number;
  amount: string;
  delta_credits: number;
  delta_amount: string;
  currency: string;
  price_book: string;
  billed_from: string;
  billed_to: string;
  closed_at: number;
  append_before: number;
}

const schema: avro.schema.RecordType = JSON.parse(projectFile('schemas', 'daily-charge.avsc'));
const type = avro.Type.forSchema(schema);
const header = singleObjectHeader(type);
/** The topic is kept forever, so it holds records from before the deadline was added. */
const withoutDeadline = avro.Type.forSchema({
  ...schema,
  fields: schema.fields.filter(({ name }) => name !== 'append_before'),
});
/** By the fingerprint of the writer schema. */
const resolvers = new Map(
  [type, withoutDeadline].map((writer) => [fingerprint(writer).toString('hex'), type.createResolver(writer)]),
);

export function encodeDailyCharge(charge: DailyCharge): Buffer {
  return encodeSingleObject(type, header, charge);
}

/** @throws UnknownSchemaError, or avsc's error if the bytes are not a daily charge to their last byte */
export function decodeDailyCharge(message: Buffer): DailyCharge {
  const writer = fingerprintOf(message);
  const resolver = resolvers.get(writer ?? '');
  if (resolver === undefined) throw new UnknownSchemaError('daily charge', writer);
  // The fingerprint names the schema of these bytes, so avsc reads a value of this shape.
  const charge: DailyCharge = type.fromBuffer(message.subarray(SINGLE_OBJECT_HEADER_BYTES), resolver);
  return charge;
}
