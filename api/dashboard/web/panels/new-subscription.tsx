import { useState } from 'preact/hooks';
import type { Edition } from '../../../../domain/catalogues/editions.ts';
import { FieldProblem } from '../components/field-problem.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { MAX_CREDITS, MAX_USERS, WholeNumberField } from '../components/whole-number-field.tsx';
import { onSubmit, useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import { useSubscriptionPreview } from '../state/subscription-preview.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { EditionField } from './edition-field.tsx';
import { TermsPreview } from './terms-preview.tsx';
import { ChangeProblem } from '../components/change-problem.tsx';

const USERS = { min: 0, max: MAX_USERS };
const LIMIT = { min: 0, max: MAX_CREDITS };

interface NewSubscriptionProps {
  readonly org: string;
  /** Of all products. */
  readonly editions: readonly Edition[];
  readonly subscribed: readonly string[];
  readonly onChanged: () => void;
}

/** Begins a subscription of a product that has none. Renders nothing where every product has one. */
export function NewSubscription({ org, editions, subscribed, onChanged }: NewSubscriptionProps) {
  const products = [...new Set(editions.map(({ product }) => product))].filter(
    (product) => !subscribed.includes(product),
  );
  const [first] = products;
  if (first === undefined) return null;
  return (
    <details class="card section" open={subscribed.length === 0}>
      <summary>Begin a subscription</summary>
      <NewSubscriptionForm
        key={products.join(' ')}
        org={org}
        editions={editions}
        products={products}
        onChanged={onChanged}
      />
    </details>
  );
}

function NewSubscriptionForm({
  org,
  editions,
  products,
  onChanged,
}: Omit<NewSubscriptionProps, 'subscribed'> & { readonly products: readonly string[] }) {
  const [product, setProduct] = useState(products[0] ?? '');
  const ofProduct = editions.filter((each) => each.product === product);
  const [chosen, setChosen] = useState('');
  const edition = ofProduct.some((each) => each.edition === chosen) ? chosen : (ofProduct[0]?.edition ?? '');
  const [usersText, setUsersText] = useState('1');
  const [limitText, setLimitText] = useState('0');
  const [users, limit] = [parseWholeNumber(usersText, USERS), parseWholeNumber(limitText, LIMIT)];
  const isEntered = users.kind === 'number' && limit.kind === 'number';
  const terms = isEntered
    ? { product, edition, users: users.value, additionalLimit: limit.value }
    : undefined;
  const preview = useSubscriptionPreview(org, terms);
  const change = useChange({
    method: 'PUT',
    path: orgPath(org, `subscriptions/${encodeURIComponent(product)}`),
    body: isEntered ? { edition, users: users.value, additional_limit: limit.value } : {},
    fields: ['edition', 'users', 'additional_limit'],
    done: `The subscription of ${product} has begun.`,
    onSaved: onChanged,
  });
  const isReady = isEntered && preview.data !== undefined && !preview.isPending && !change.isSaving;
  return (
    <form class="settings-form" onSubmit={onSubmit(change, isReady)}>
      <label>
        Product
        <select value={product} onChange={(event) => setProduct(event.currentTarget.value)}>
          {products.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <EditionField
        editions={ofProduct}
        value={edition}
        problem={change.problemOf('edition')}
        onChange={setChosen}
      />
      <div>
        <WholeNumberField label="Licensed users" text={usersText} bounds={USERS} onInput={setUsersText} />
        <FieldProblem name="Users" problem={change.problemOf('users')} />
      </div>
      <div>
        <WholeNumberField label="Additional limit" text={limitText} bounds={LIMIT} onInput={setLimitText} />
        <FieldProblem name="Additional limit" problem={change.problemOf('additional_limit')} />
      </div>
      {preview.error && <ProblemNotice error={preview.error} onRetry={preview.refresh} />}
      {preview.data && isEntered && <TermsPreview preview={preview.data} isPending={preview.isPending} />}
      <button type="submit" class="primary" disabled={!isReady}>
        {change.isSaving ? 'Saving …' : 'Begin the subscription'}
      </button>
      <ChangeProblem change={change} />
    </form>
  );
}
