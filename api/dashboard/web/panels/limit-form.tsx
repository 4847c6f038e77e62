import { useMemo, useState } from 'preact/hooks';
import type { Limit, LimitSet } from '../answers.ts';
import { money, number } from '../formats.ts';
import { ApiError, ask, orgPath } from '../state/client.ts';
import { useEstimate } from '../state/estimate.ts';
import { Slabs } from './slabs.tsx';

interface LimitFormProps {
  readonly org: string;
  readonly limit: Limit;
  readonly onSet: (set: LimitSet) => void;
}

/** A new limit: what it costs at worst is shown before it can be set. */
export function LimitForm({ org, limit, onSet }: LimitFormProps) {
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [isSending, setIsSending] = useState(false);
  // Sent again after a lost answer it is the same change; other words are another one.
  const key = useMemo(newKey, [text, reason]);
  const digits = text.replaceAll(/[\s,.'’]/g, '');
  const credits = /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;

  const send = async (): Promise<void> => {
    if (credits === undefined) return;
    setIsSending(true);
    setProblem('');
    try {
      const set = await ask<LimitSet>(orgPath(org, 'additional-limit'), {
        method: 'PUT',
        query: [['product', limit.product]],
        body: { credits, ...(reason !== '' && { reason }) },
        idempotencyKey: key,
      });
      setText('');
      setReason('');
      onSet(set);
    } catch (error) {
      setProblem(error instanceof ApiError ? [error.message, ...error.details].join(' ') : String(error));
    } finally {
      setIsSending(false);
    }
  };

  return (
    <form
      class="limit-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label>
        New limit
        <input
          inputMode="numeric"
          autocomplete="off"
          placeholder={number(limit.credits)}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <label class="grow">
        Why (optional)
        <input value={reason} maxLength={500} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" disabled={credits === undefined || isSending}>
        {isSending ? 'Setting …' : 'Set limit'}
      </button>
      {text !== '' && credits === undefined && <p class="warn">A whole number of credits, 0 or more.</p>}
      {credits !== undefined && <WorstCase credits={credits} limit={limit} />}
      {problem !== '' && (
        <p class="notice is-error" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

/** Not randomUUID, which browsers have on https and localhost alone. */
const newKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');

/** By the prices of now, for as many days as the period has. */
function WorstCase({ credits, limit }: { readonly credits: number; readonly limit: Limit }) {
  const { days } = limit.worst_case.month;
  const { data, isPending } = useEstimate(credits, days);
  return (
    <div class={isPending ? 'worst is-pending' : 'worst'} aria-live="polite">
      {data === undefined ? (
        <p class="faint">Working out what it costs at most …</p>
      ) : (
        <>
          <p>
            <b>
              At most <span data-figure="preview-day">{money(data.day_amount, data.currency)}</span> a day,{' '}
              <span data-figure="preview-month">{money(data.amount, data.currency)}</span> in {number(days)}{' '}
              days.
            </b>{' '}
            {credits > limit.credits &&
              'A raised limit holds for all of today: over-limit credits of today become billable.'}
            {credits < limit.credits && 'A lowered limit does not lower today’s.'}
          </p>
          <Slabs slabs={data.slabs} currency={data.currency} amount={data.day_amount} />
        </>
      )}
    </div>
  );
}
