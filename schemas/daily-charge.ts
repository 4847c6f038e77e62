import avro from 'avsc';
import {
  encodeSingleObject,
  fingerprint,
  fingerprintOf,
  SINGLE_OBJECT_HEADER_BYTES,
  singleObjectHeader,
} from './avro.ts';
import { projectFile } from './root.ts';

/** One close or re-close of a billing day; field by field as documented in daily-charge.avsc. Money is a canonical string. */
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
/** The topic is kept for ever, and holds records from before the deadline was added. */
const withoutDeadline = avro.Type.forSchema({
  ...schema,
  fields: schema.fields.filter(({ name }) => name !== 'append_before'),
});
/** By the fingerprint of the schema that a record was written with. */
const resolvers = new Map(
  [type, withoutDeadline].map((writer) => [fingerprint(writer).toString('hex'), type.createResolver(writer)]),
);

export function encodeDailyCharge(charge: DailyCharge): Buffer {
  return encodeSingleObject(type, header, charge);
}

/** Throws where the bytes are no daily charge of this schema or of the one before, to their last byte. */
export function decodeDailyCharge(message: Buffer): DailyCharge {
  const writer = fingerprintOf(message) ?? 'missing';
  const resolver = resolvers.get(writer);
  if (resolver === undefined) throw new Error(`no daily charge of a known schema (fingerprint ${writer})`);
  // The fingerprint says of which schema these bytes are, so what avsc reads has the shape.
  const charge: DailyCharge = type.fromBuffer(message.subarray(SINGLE_OBJECT_HEADER_BYTES), resolver);
  return charge;
}
