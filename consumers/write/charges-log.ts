import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { decodeDailyCharge, type DailyCharge } from '../../schemas/daily-charge.ts';
import { UnfitRecordError, type LandedLog } from './log-writer.ts';

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** DateTime64 and Date32 end in 2299. */
const Instant = Type.Integer({ minimum: 0, maximum: Date.UTC(2299, 0) });
const Day = Type.String({ pattern: '^(19|2[0-2])\\d\\d-\\d\\d-\\d\\d$' });
// Decimal(38, 18): 20 digits before the point.
const Amount = Type.String({ pattern: '^-?\\d{1,20}(\\.\\d{1,18})?$' });
const Name = Type.String({ minLength: 1 });

/** What table daily_charges can hold. The figures themselves are the aggregator's to answer for. */
const fitsTheTable = Compile(
  Type.Object({
    org_id: Name,
    product: Name,
    day: Day,
    revision: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }),
    day_from: Instant,
    day_to: Instant,
    calls: Count,
    used: Count,
    included: Count,
    additional_limit: Count,
    additional_used: Count,
    billed_credits: Count,
    over_limit: Count,
    amount: Amount,
    delta_credits: Type.Integer(),
    delta_amount: Amount,
    currency: Name,
    price_book: Name,
    billed_from: Day,
    billed_to: Day,
    closed_at: Instant,
    append_before: Instant,
  }),
);

/** The topic daily-charges: the first record of a revision in log order is that revision (schemas/clickhouse/0004). */
export const chargesLog: LandedLog = {
  table: 'daily_charges',
  unfit: 'not-a-charge',
  rowOf: ({ value, offset, timestampMs }) => {
    const charge = decodeDailyCharge(value ?? Buffer.alloc(0));
    const fault = faultOf(charge);
    if (fault !== '') throw new Error(fault);
    const { append_before, ...figures } = charge;
    assertBefore(append_before, timestampMs);
    return {
      ...figures,
      day_from: new Date(charge.day_from).toISOString(),
      day_to: new Date(charge.day_to).toISOString(),
      closed_at: new Date(charge.closed_at).toISOString(),
      kafka_offset: offset,
    };
  },
};

/**
 * A final statement never changes (domain.md): an aggregator that slept between deciding and appending is too late by
 * the broker's clock. It looks again once its record has been quarantined, and makes an adjustment.
 */
function assertBefore(deadline: number, appendedAt: number): void {
  if (appendedAt < deadline) return;
  throw new UnfitRecordError(
    'charge-after-final',
    `appended at ${new Date(appendedAt).toISOString()}: the statement it is billed in is final since ${new Date(deadline).toISOString()}`,
  );
}

function faultOf(charge: DailyCharge): string {
  const days = [charge.day, charge.billed_from, charge.billed_to];
  return [
    ...fitsTheTable.Errors(charge).map(({ instancePath, message }) => `${instancePath} ${message}`),
    ...days.filter((day) => !isDate(day)).map((day) => `${day} is no date`),
  ].join('; ');
}

function isDate(day: string): boolean {
  const instant = new Date(`${day}T00:00:00.000Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day);
}
