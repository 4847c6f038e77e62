import type { Breakdown } from '../answers.ts';
import { counted } from '../formats.ts';
import { Link } from '../components/link.tsx';
import { hrefOf, address } from '../state/address.ts';

/** Replaces the gauge for a product without a subscription: it has calls, but no credits to use. */
export function NotSubscribed({ product }: { readonly product: string }) {
  return (
    <section class="card" aria-labelledby="gauge-title">
      <header class="card-head">
        <h2 id="gauge-title">No subscription{product !== '' && ` for ${product}`}</h2>
      </header>
      <p>
        Its calls are recorded and shown. They use no credits and cost nothing. The operator of the platform
        begins a subscription.
      </p>
    </section>
  );
}

interface OtherProductsProps {
  /** By product; undefined before it is known. */
  readonly usage: Breakdown | undefined;
  readonly subscribed: readonly string[];
  readonly shown: string;
}

/** Names products that were called without a subscription: the gauge and the bill leave them out. */
export function OtherProducts({ usage, subscribed, shown }: OtherProductsProps) {
  const others = (usage?.rows ?? []).filter(
    ({ product = '' }) => product !== shown && !subscribed.includes(product),
  );
  return (
    <>
      {others.map(({ product = '', calls, credits }) => (
        <p key={product} class="notice section">
          <span>
            <b>{product}</b> was called too: {counted(calls, 'call')}, {counted(credits, 'credit')}. It has no
            subscription, so these figures leave it out.
          </span>
          <Link href={hrefOf(address.value.path, { product })}>Show {product}</Link>
        </p>
      ))}
    </>
  );
}
