import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { decodeDailyCharge, type DailyCharge } from '../../schemas/daily-charge.ts';
import { InvalidRecordError, type DecisionLog } from './decision-log.ts';

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** DateTime64 and Date32 end in 2299. */
const Instant = Type.Integer({ minimum: 0, maximum: Date.UTC(2299, 0) });
const Day = Type.String({ pattern: '^(19|2[0-2])\\d\\d-\\d\\d-\\d\\d$' });
// Decimal(38, 18): 20 digits before the point.
const Amount = Type.String({ pattern: '^-?\\d{1,20}(\\.\\d{1,18})?$' });
const Name = Type.String({ minLength: 1 });

/** What table daily_charges can hold. The aggregator is responsible for the figures themselves. */
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
export const chargesLog: DecisionLog = {
  table: 'daily_charges',
  invalidReason: 'not-a-charge',
  rowOf: ({ value, offset, timestampMs }) => {
    const charge = decodeDailyCharge(value ?? Buffer.alloc(0));
    const problems = problemsOf(charge);
    if (problems.length > 0) throw new InvalidRecordError('not-a-charge', problems.join('; '));
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
 * A final statement never changes (domain.md). An aggregator that stalls between deciding and appending is too late by
 * the broker's clock: its record is quarantined, and it then makes an adjustment instead.
 */
function assertBefore(deadline: number, appendedAt: number): void {
  if (appendedAt < deadline) return;
  throw new InvalidRecordError(
    'charge-after-final',
    `appended at ${new Date(appendedAt).toISOString()}: the statement it is billed in is final since ${new Date(deadline).toISOString()}`,
  );
}

function problemsOf(charge: DailyCharge): string[] {
  const days = [charge.day, charge.billed_from, charge.billed_to];
  return [
    ...fitsTheTable.Errors(charge).map(({ instancePath, message }) => `${instancePath} ${message}`),
    ...days.filter((day) => !isDate(day)).map((day) => `${day} is not a date`),
  ];
}

function isDate(day: string): boolean {
  const instant = new Date(`${day}T00:00:00.000Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day);
}
