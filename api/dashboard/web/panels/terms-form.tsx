import { useState } from 'preact/hooks';
import type { Settings } from '../answers.ts';
import type { Edition } from '../../../../domain/catalogues/editions.ts';
import { ConfirmedSubmit } from '../components/confirmed-submit.tsx';
import { FieldProblem } from '../components/field-problem.tsx';
import { ReasonField } from '../components/reason-field.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { MAX_USERS, WholeNumberField } from '../components/whole-number-field.tsx';
import { counted, number } from '../formats.ts';
import { orgPath } from '../state/client.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { useSubscriptionPreview } from '../state/subscription-preview.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { EditionField } from './edition-field.tsx';
import { TermsPreview } from './terms-preview.tsx';

interface TermsFormProps {
  readonly org: string;
  readonly subscription: Settings['subscriptions'][number];
  /** Of all products. */
  readonly editions: readonly Edition[];
  readonly onChanged: () => void;
}

const USERS = { min: 0, max: MAX_USERS };

/** Changes the edition and the users. It says what that does before it is saved. */
export function TermsForm({ org, subscription, editions, onChanged }: TermsFormProps) {
  const { product } = subscription;
  const [edition, setEdition] = useState(subscription.edition);
  const [usersText, setUsersText] = useState(number(subscription.users));
  const [reason, setReason] = useState('');
  const entered = parseWholeNumber(usersText, USERS);
  const users = entered.kind === 'number' ? entered.value : undefined;
  const isChanged = edition !== subscription.edition || (users !== undefined && users !== subscription.users);
  const terms = users === undefined || !isChanged ? undefined : { product, edition, users };
  const preview = useSubscriptionPreview(org, terms);
  const isReady = terms !== undefined && preview.data !== undefined && !preview.isPending;
  const change = useConfirmedChange(
    {
      method: 'PUT',
      path: orgPath(org, `subscriptions/${encodeURIComponent(product)}`),
      body: { edition, users, ...(reason !== '' && { reason }) },
      fields: ['edition', 'users'],
      done: 'The subscription is changed.',
      onSaved: onChanged,
    },
    { isReady },
  );
  return (
    <form class="settings-form" onSubmit={change.submit}>
      <EditionField
        editions={editions.filter((each) => each.product === product)}
        value={edition}
        problem={change.problemOf('edition')}
        onChange={setEdition}
      />
      <div>
        <WholeNumberField label="Licensed users" text={usersText} bounds={USERS} onInput={setUsersText} />
        <FieldProblem name="Users" problem={change.problemOf('users')} />
      </div>
      <ReasonField reason={reason} onInput={setReason} />
      {isChanged && preview.error && <ProblemNotice error={preview.error} onRetry={preview.refresh} />}
      {isChanged && preview.data && <TermsPreview preview={preview.data} isPending={preview.isPending} />}
      <ConfirmedSubmit
        change={change}
        isReady={isReady}
        label="Confirm the new terms"
        question={`Change ${product} to ${edition} with ${counted(users ?? 0, 'user')}, at once?`}
        action="Make the change"
      />
    </form>
  );
}
