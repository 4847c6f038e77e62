import { useState } from 'preact/hooks';
import type { Settings, SubscriptionPreview } from '../answers.ts';
import type { Edition } from '../../../../domain/catalogues/editions.ts';
import { money, number } from '../formats.ts';
import { Link } from '../components/link.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { MAX_USERS, WholeNumberField } from '../components/whole-number-field.tsx';
import { hrefOf } from '../state/address.ts';
import { useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import { may } from '../state/permissions.ts';
import { useSubscriptionPreview } from '../state/subscription-preview.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { ConfirmChange } from './confirm-change.tsx';
import { EditionField } from './edition-field.tsx';
import { FieldProblem } from '../components/field-problem.tsx';
import { includedText } from './settings-consequences.ts';
import { ChangeProblem } from '../components/change-problem.tsx';

type Subscription = Settings['subscriptions'][number];

interface SubscriptionPanelProps {
  readonly org: string;
  readonly subscription: Subscription;
  /** Of all products. */
  readonly editions: readonly Edition[];
  readonly onChanged: () => void;
}

/** A subscription's terms, what they include, and the form to change them. */
export function SubscriptionPanel({ org, subscription, editions, onChanged }: SubscriptionPanelProps) {
  const { product, edition, users, additional_limit } = subscription;
  const { data } = useSubscriptionPreview(org, { product, edition, users });
  const id = `subscription-${product}`;
  const worst = data?.as_it_is?.worst_case;
  return (
    <section class="card section" aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>Subscription of {product}</h2>
      </header>
      <dl class="facts">
        <div>
          <dt>Edition</dt>
          <dd>{edition}</dd>
        </div>
        <div>
          <dt>Licensed users</dt>
          <dd>{number(users)}</dd>
        </div>
        <div>
          <dt>Included credits per 24 hours</dt>
          <dd>{data?.as_it_is ? number(data.as_it_is.included) : '…'}</dd>
        </div>
        <div>
          <dt>Additional limit per 24 hours</dt>
          <dd>{number(additional_limit)} credits</dd>
        </div>
        <div>
          <dt>Highest cost of a day</dt>
          <dd>{worst ? money(worst.day.amount, worst.currency) : '…'}</dd>
        </div>
      </dl>
      {may('read-additional-limit') ? (
        <p class="faint gauge-foot">
          <Link href={hrefOf('/credits', { product })}>
            {may('set-additional-limit')
              ? 'Change the additional limit'
              : 'View the additional limit and its cost'}
          </Link>
        </p>
      ) : (
        <p class="faint gauge-foot">Only the organisation’s super admin can change the additional limit.</p>
      )}
      {may('change-settings') && (
        <TermsForm
          key={`${edition} ${users}`}
          org={org}
          subscription={subscription}
          editions={editions}
          onChanged={onChanged}
        />
      )}
    </section>
  );
}

const USERS = { min: 0, max: MAX_USERS };

/** Changes the edition and the users. It says what that does before it is saved. */
function TermsForm({ org, subscription, editions, onChanged }: SubscriptionPanelProps) {
  const { product } = subscription;
  const [edition, setEdition] = useState(subscription.edition);
  const [usersText, setUsersText] = useState(number(subscription.users));
  const [reason, setReason] = useState('');
  const [isConfirming, setIsConfirming] = useState(false);
  const entered = parseWholeNumber(usersText, USERS);
  const users = entered.kind === 'number' ? entered.value : undefined;
  const isChanged = edition !== subscription.edition || (users !== undefined && users !== subscription.users);
  const terms = users === undefined || !isChanged ? undefined : { product, edition, users };
  const preview = useSubscriptionPreview(org, terms);
  const change = useChange({
    method: 'PUT',
    path: orgPath(org, `subscriptions/${encodeURIComponent(product)}`),
    body: { edition, users, ...(reason !== '' && { reason }) },
    fields: ['edition', 'users'],
  });
  const isPreviewed = terms !== undefined && preview.data !== undefined && !preview.isPending;
  const save = async (): Promise<void> => {
    const isDone = await change.save();
    setIsConfirming(false);
    if (isDone) onChanged();
  };
  const edit = (update: () => void): void => {
    setIsConfirming(false);
    update();
  };
  return (
    <form
      class="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPreviewed || change.isSaving) return;
        if (!isConfirming) return setIsConfirming(true);
        void save();
      }}
    >
      <EditionField
        editions={editions.filter((each) => each.product === product)}
        value={edition}
        problem={change.problemOf('edition')}
        onChange={(value) => edit(() => setEdition(value))}
      />
      <div>
        <WholeNumberField
          label="Licensed users"
          text={usersText}
          bounds={USERS}
          onInput={(text) => edit(() => setUsersText(text))}
        />
        <FieldProblem name="Users" problem={change.problemOf('users')} />
      </div>
      <label class="grow">
        Reason (optional)
        <input
          value={reason}
          maxLength={500}
          onInput={({ currentTarget: { value } }) => edit(() => setReason(value))}
        />
      </label>
      {isChanged && preview.error && <ProblemNotice error={preview.error} onRetry={preview.refresh} />}
      {isChanged && preview.data && <TermsPreview preview={preview.data} isPending={preview.isPending} />}
      {!isConfirming && (
        <button type="submit" class="primary" disabled={!isPreviewed || change.isSaving}>
          Change …
        </button>
      )}
      {isConfirming && (
        <ConfirmChange
          label="Confirm the new terms"
          question={`Change ${product} to ${edition} with ${number(users ?? 0)} users, at once?`}
          action={change.isSaving ? 'Saving …' : 'Make the change'}
          isSaving={change.isSaving}
          onCancel={() => setIsConfirming(false)}
        />
      )}
      <ChangeProblem change={change} />
    </form>
  );
}

/** What other terms include, and what they cost at most. */
export function TermsPreview({
  preview,
  isPending,
}: {
  readonly preview: SubscriptionPreview;
  readonly isPending: boolean;
}) {
  const { additional_limit: limit, worst_case: worst } = preview.as_it_would_be;
  return (
    <div class={isPending ? 'worst is-pending' : 'worst'} aria-live="polite">
      {includedText(preview).map((text) => (
        <p key={text}>{text}</p>
      ))}
      <p>
        <b>
          At most {money(worst.day.amount, worst.currency)} a day, {money(worst.month.amount, worst.currency)}{' '}
          in this billing period of {number(worst.month.days)} days
        </b>
        , with the additional limit of {number(limit)} credits
        {preview.as_it_is !== null && ', which stays as it is'}.
      </p>
    </div>
  );
}
