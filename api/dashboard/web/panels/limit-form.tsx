import { useMemo, useState } from 'preact/hooks';
import type { Limit, LimitSet } from '../answers.ts';
import { number } from '../formats.ts';
import { MAX_CREDITS, WholeNumberField } from '../components/whole-number-field.tsx';
import { ApiError, fetchJson, orgPath } from '../state/client.ts';
import { newKey } from '../state/idempotency-key.ts';
import { useLimitPreview } from '../state/limit-preview.ts';
import { problemText } from '../state/problem-text.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { ConfirmChange } from './confirm-change.tsx';
import { confirmationOf } from './limit-confirmation.ts';
import { LimitPreview } from './limit-preview.tsx';

interface LimitFormProps {
  readonly org: string;
  readonly limit: Limit;
  readonly onSet: (set: LimitSet) => void;
}

const BOUNDS = { min: 0, max: MAX_CREDITS };

/** Sets a new limit. It shows the cost first, and asks again before an unusually large change. */
export function LimitForm({ org, limit, onSet }: LimitFormProps) {
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [isSaving, setIsSaving] = useState(false);
  const [isConfirming, setIsConfirming] = useState(false);
  // Repeated after a lost answer it is the same change; other input is another change.
  const key = useMemo(newKey, [text, reason]);
  const entered = parseWholeNumber(text, BOUNDS);
  const credits = entered.kind === 'number' ? entered.value : undefined;
  const preview = useLimitPreview(org, limit.product, credits);
  const isPreviewed = preview.data !== undefined && preview.data.credits === credits;
  const question = credits === undefined ? undefined : confirmationOf(limit.credits, credits);

  const change = (update: () => void): void => {
    setIsConfirming(false);
    setProblem('');
    update();
  };
  const save = async (value: number): Promise<void> => {
    setIsSaving(true);
    setProblem('');
    try {
      const set = await fetchJson<LimitSet>(orgPath(org, 'additional-limit'), {
        method: 'PUT',
        query: [['product', limit.product]],
        body: { credits: value, ...(reason !== '' && { reason }) },
        idempotencyKey: key,
      });
      setText('');
      setReason('');
      onSet(set);
    } catch (error) {
      setProblem(error instanceof ApiError ? problemOf(error) : String(error));
    } finally {
      setIsSaving(false);
      setIsConfirming(false);
    }
  };

  return (
    <form
      class="limit-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (credits === undefined || !isPreviewed || isSaving) return;
        if (question !== undefined && !isConfirming) setIsConfirming(true);
        else void save(credits);
      }}
    >
      <WholeNumberField
        label="New limit"
        text={text}
        bounds={BOUNDS}
        placeholder={number(limit.credits)}
        onInput={(value) => change(() => setText(value))}
      />
      <label class="grow">
        Reason (optional)
        <input
          value={reason}
          maxLength={500}
          onInput={(event) => {
            const { value } = event.currentTarget;
            change(() => setReason(value));
          }}
        />
      </label>
      {!isConfirming && (
        <button type="submit" class="primary" disabled={!isPreviewed || isSaving}>
          {isSaving ? 'Saving …' : 'Set limit'}
        </button>
      )}
      {credits !== undefined && (
        <LimitPreview preview={preview} isCurrent={isPreviewed} current={limit} credits={credits} />
      )}
      {isConfirming && credits !== undefined && question !== undefined && (
        <ConfirmChange
          label="Confirm the new limit"
          question={question}
          action={isSaving ? 'Saving …' : `Set limit to ${number(credits)}`}
          isSaving={isSaving}
          onCancel={() => setIsConfirming(false)}
        />
      )}
      {problem !== '' && (
        <p class="notice is-error" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

function problemOf(error: ApiError): string {
  const { title, detail } = problemText(error);
  return error.type === 'invalid-request'
    ? 'The API rejected this limit. Check the number.'
    : `${title} ${detail}`;
}
