import { useState } from 'preact/hooks';
import type { Prices } from '../answers.ts';
import { ConfirmedSubmit } from '../components/confirmed-submit.tsx';
import { EffectiveField, effectiveAt } from '../components/effective-field.tsx';
import { FieldProblem } from '../components/field-problem.tsx';
import { ReasonField } from '../components/reason-field.tsx';
import { dateTime, number } from '../formats.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { isRate, SlabFields, STEP, type SlabTexts } from './slab-fields.tsx';

interface NewPriceBookProps {
  /** The latest book, which the new one begins with. */
  readonly last: Prices['in_effect'];
  readonly onChanged: () => void;
}

/** Records a price book, after it has said from when on it applies. */
export function NewPriceBook({ last, onChanged }: NewPriceBookProps) {
  const { currency, minor_unit_digits } = last;
  const [name, setName] = useState('');
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const [slabs, setSlabs] = useState<readonly SlabTexts[]>(
    last.slabs.map(({ credits, rate_per_1000 }) => ({
      credits: credits === null ? '' : number(credits),
      rate: rate_per_1000,
    })),
  );
  const parsed = slabs.map(({ credits, rate }, index) => {
    const entered = parseWholeNumber(credits, STEP);
    const isLast = index === slabs.length - 1;
    return { credits: !isLast && entered.kind === 'number' ? entered.value : null, rate_per_1000: rate };
  });
  const isReady =
    name.trim() !== '' &&
    parsed.every(
      ({ credits, rate_per_1000 }, index) =>
        isRate(rate_per_1000) && (credits !== null || index === slabs.length - 1),
    );
  const change = useConfirmedChange(
    {
      method: 'POST',
      path: '/v1/catalogues/prices',
      body: {
        name: name.trim(),
        currency,
        minor_unit_digits,
        slabs: parsed,
        ...effectiveAt(from),
        ...(reason !== '' && { reason }),
      },
      fields: ['name', 'effective_at'],
      done: `The price book ${name.trim()} is recorded.`,
      onSaved: onChanged,
    },
    { isReady },
  );
  const when =
    from === ''
      ? 'From the next day of each organisation on'
      : `From ${dateTime(`${from}:00Z`, 'UTC')} UTC on`;
  return (
    <details>
      <summary>New price book</summary>
      <form class="settings-form" onSubmit={change.submit}>
        <label>
          Name
          <input
            value={name}
            maxLength={128}
            autocomplete="off"
            placeholder="2027-01"
            onInput={({ currentTarget: { value } }) => setName(value)}
          />
          <FieldProblem name="Name" problem={change.problemOf('name')} />
        </label>
        <EffectiveField value={from} problem={change.problemOf('effective_at')} onInput={setFrom} />
        <ReasonField reason={reason} onInput={setReason} />
        <SlabFields slabs={slabs} currency={currency} onChange={setSlabs} />
        <ConfirmedSubmit
          change={change}
          isReady={isReady}
          label="Confirm the price book"
          question={`${when}, days that begin are priced by ${name.trim()}, for all organisations. A price book cannot be changed afterwards; a further one can replace it. Record it?`}
          action="Record the price book"
        />
      </form>
    </details>
  );
}
