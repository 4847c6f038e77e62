import type { Settings } from '../answers.ts';
import type { Edition } from '../../../../domain/catalogues/editions.ts';
import { money, number } from '../formats.ts';
import { Link } from '../components/link.tsx';
import { hrefOf } from '../state/address.ts';
import { may } from '../state/permissions.ts';
import { useSubscriptionPreview } from '../state/subscription-preview.ts';
import { TermsForm } from './terms-form.tsx';

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
