import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import { Money } from '../../../domain/money.ts';
import type { OracleCharge } from './oracle.ts';
import { decided } from './racing-aggregators.ts';

/** The final figures of a day, and the sums of its revisions' differences. */
export interface ClosedDay extends OracleCharge {
  readonly sumOfCredits: bigint;
  readonly sumOfAmounts: bigint;
}

/** The fields of a record that the suites compare. */
export type ClosedRecord = Pick<
  DailyCharge,
  | 'product'
  | 'day'
  | 'revision'
  | 'used'
  | 'included'
  | 'additional_limit'
  | 'billed_credits'
  | 'over_limit'
  | 'amount'
  | 'delta_credits'
  | 'delta_amount'
>;

/** The final figures of each day in a log. Throws where a day's revisions are not 1, 2, 3 ... */
export function closedDaysOf(log: readonly ClosedRecord[]): ClosedDay[] {
  const days = new Map<string, ClosedRecord[]>();
  for (const record of decided(log)) {
    const key = `${record.day} ${record.product}`;
    days.set(key, [...(days.get(key) ?? []), record]);
  }
  return [...days.values()].flatMap((revisions) => {
    const last = revisions.at(-1);
    if (!last || revisions.some(({ revision }, index) => revision !== index + 1)) {
      throw new Error(`revisions ${revisions.map(({ revision }) => revision).join(', ')} of a day`);
    }
    return {
      day: last.day,
      product: last.product,
      used: BigInt(last.used),
      included: BigInt(last.included),
      limit: BigInt(last.additional_limit),
      billed: BigInt(last.billed_credits),
      overLimit: BigInt(last.over_limit),
      amount: units(last.amount),
      sumOfCredits: revisions.reduce((sum, { delta_credits }) => sum + BigInt(delta_credits), 0n),
      sumOfAmounts: revisions.reduce((sum, { delta_amount }) => sum + units(delta_amount), 0n),
    };
  });
}

/** The closed days that the oracle's charges give. */
export function expectedDaysOf(charges: readonly OracleCharge[]): ClosedDay[] {
  return charges.map(({ ...charge }) =>
    Object.assign(charge, { sumOfCredits: charge.billed, sumOfAmounts: charge.amount }),
  );
}

/** Closed days as text, one line each: fast to compare, and a difference is easy to read. */
export function textOf(days: readonly ClosedDay[]): string {
  const lines = days.map((day) =>
    JSON.stringify(day, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  );
  return lines.toSorted().join('\n');
}

/** An amount in 10^-12 of the currency. */
function units(amount: string): bigint {
  return BigInt(new Money(amount).times('1e12').toFixed());
}
