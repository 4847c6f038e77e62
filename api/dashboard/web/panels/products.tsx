import type { Usage } from '../answers.ts';
import { counted } from '../formats.ts';
import { Link } from '../parts/link.tsx';
import { hrefOf, place } from '../state/place.ts';

/** In the gauge's place: of a product without a subscription there are calls, but no credits to use. */
export function NotSubscribed({ product }: { readonly product: string }) {
  return (
    <section class="card" aria-labelledby="gauge-title">
      <header class="card-head">
        <h2 id="gauge-title">No subscription{product !== '' && ` for ${product}`}</h2>
      </header>
      <p>The calls are recorded and shown. They use nobody’s credits, so there is no gauge and no charge.</p>
    </section>
  );
}

interface OtherProductsProps {
  /** By product, all of them. */
  readonly usage: Usage;
  readonly subscribed: readonly string[];
  readonly shown: string;
}

/** Calls of products without a subscription are in no gauge and on no bill: they are named, so that none is missed. */
export function OtherProducts({ usage, subscribed, shown }: OtherProductsProps) {
  const others = usage.rows.filter(({ product = '' }) => product !== shown && !subscribed.includes(product));
  return (
    <>
      {others.map(({ product = '', calls, credits }) => (
        <p key={product} class="notice section">
          <span>
            <b>{product}</b> was called as well: {counted(calls, 'call')}, {counted(credits, 'credit')}. There
            is no subscription for it, so they use nobody’s credits and are not in these figures.
          </span>
          <Link href={hrefOf(place.value.path, { product })}>Show {product}</Link>
        </p>
      ))}
    </>
  );
}
