import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import { Money } from '../../../domain/money.ts';
import type { OracleCharge } from './oracle.ts';
import { decided } from './racing-aggregators.ts';

/** What a log says of a day in the end, and what its revisions add up to. */
export interface Verdict extends OracleCharge {
  readonly sumOfCredits: bigint;
  readonly sumOfAmounts: bigint;
}

/** What is read of a record. */
export type Closed = Pick<
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

/** The log's last word on each day. Throws where a day's revisions are not 1, 2, 3 ... */
export function verdictsOf(log: readonly Closed[]): Verdict[] {
  const days = new Map<string, Closed[]>();
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

/** What it must say. */
export function wantedOf(charges: readonly OracleCharge[]): Verdict[] {
  return charges.map(({ ...charge }) =>
    Object.assign(charge, { sumOfCredits: charge.billed, sumOfAmounts: charge.amount }),
  );
}

/** Verdicts as text, by day: compared in no time, and a difference reads well. */
export function textOf(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map((verdict) =>
    JSON.stringify(verdict, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  );
  return lines.toSorted().join('\n');
}

/** An amount in 10^-12 of the currency. */
function units(amount: string): bigint {
  return BigInt(new Money(amount).times('1e12').toFixed());
}
