import avro from 'avsc';
import { encodeSingleObject, fingerprintOf, SINGLE_OBJECT_HEADER_BYTES, singleObjectHeader } from './avro.ts';
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
}

const schema: avro.Schema = JSON.parse(projectFile('schemas', 'daily-charge.avsc'));
const type = avro.Type.forSchema(schema);
const header = singleObjectHeader(type);

export function encodeDailyCharge(charge: DailyCharge): Buffer {
  return encodeSingleObject(type, header, charge);
}

/** Throws where the bytes are no daily charge of this schema, to their last byte. */
export function decodeDailyCharge(message: Buffer): DailyCharge {
  const writer = fingerprintOf(message);
  if (writer !== header.toString('hex', 2)) {
    throw new Error(`no daily charge of a known schema (fingerprint ${writer ?? 'missing'})`);
  }
  // The fingerprint says that these bytes are of this very schema, so what avsc reads has its shape.
  const charge: DailyCharge = type.fromBuffer(message.subarray(SINGLE_OBJECT_HEADER_BYTES));
  return charge;
}
