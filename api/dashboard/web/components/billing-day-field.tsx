import type { Bounds } from '../whole-number.ts';
import { FieldProblem } from './field-problem.tsx';
import { WholeNumberField } from './whole-number-field.tsx';

/** The days on which a billing period may begin. */
export const BILLING_DAYS: Bounds = { min: 1, max: 31 };

interface BillingDayFieldProps {
  readonly text: string;
  readonly problem: string;
  readonly onInput: (text: string) => void;
}

/** Enters the day of the month on which the billing period of an organisation begins. */
export function BillingDayField({ text, problem, onInput }: BillingDayFieldProps) {
  return (
    <div>
      <WholeNumberField
        label="Billing day of the month"
        text={text}
        bounds={BILLING_DAYS}
        onInput={onInput}
      />
      <FieldProblem name="Billing day" problem={problem} />
    </div>
  );
}
