import { useState } from 'preact/hooks';
import type { Limit, LimitSet } from '../answers.ts';
import { number } from '../formats.ts';
import { ChangeProblem } from '../components/change-problem.tsx';
import { ConfirmChange } from '../components/confirm-change.tsx';
import { ReasonField } from '../components/reason-field.tsx';
import { MAX_CREDITS, WholeNumberField } from '../components/whole-number-field.tsx';
import { orgPath } from '../state/client.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { useLimitPreview } from '../state/limit-preview.ts';
import { parseWholeNumber } from '../whole-number.ts';
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
  const entered = parseWholeNumber(text, BOUNDS);
  const credits = entered.kind === 'number' ? entered.value : undefined;
  const preview = useLimitPreview(org, limit.product, credits);
  const isPreviewed = preview.data !== undefined && preview.data.credits === credits;
  const question = credits === undefined ? undefined : confirmationOf(limit.credits, credits);
  const isReady = credits !== undefined && isPreviewed;
  const change = useConfirmedChange<LimitSet>(
    {
      method: 'PUT',
      path: `${orgPath(org, 'additional-limit')}?product=${encodeURIComponent(limit.product)}`,
      body: { credits, ...(reason !== '' && { reason }) },
      onSaved(set) {
        setText('');
        setReason('');
        onSet(set);
      },
    },
    { isReady, asks: question !== undefined },
  );
  return (
    <form class="limit-form" onSubmit={change.submit}>
      <WholeNumberField
        label="New limit"
        text={text}
        bounds={BOUNDS}
        placeholder={number(limit.credits)}
        onInput={setText}
      />
      <ReasonField reason={reason} onInput={setReason} />
      {!change.isConfirming && (
        <button type="submit" class="primary" disabled={!isReady || change.isSaving}>
          {change.isSaving ? 'Saving …' : 'Set limit'}
        </button>
      )}
      {credits !== undefined && (
        <LimitPreview preview={preview} isCurrent={isPreviewed} current={limit} credits={credits} />
      )}
      {change.isConfirming && credits !== undefined && question !== undefined && (
        <ConfirmChange
          label="Confirm the new limit"
          question={question}
          action={change.isSaving ? 'Saving …' : `Set limit to ${number(credits)}`}
          isSaving={change.isSaving}
          onCancel={change.cancel}
        />
      )}
      <ChangeProblem change={change} />
    </form>
  );
}
