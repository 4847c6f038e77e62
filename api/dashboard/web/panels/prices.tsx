import type { Prices } from '../answers.ts';
import { dayTime, money, number } from '../formats.ts';
import { Columns } from '../components/columns.tsx';
import { Link } from '../components/link.tsx';
import { hrefOf } from '../state/address.ts';
import { mayGlobally } from '../state/permissions.ts';

/** The price book in effect, and those recorded for later. */
export function PricesPanel({ prices, zone }: { readonly prices: Prices; readonly zone: string }) {
  const { name, currency, slabs, effective_at } = prices.in_effect;
  const later = prices.versions.filter((version) => version.effective_at > effective_at);
  return (
    <section class="card" aria-labelledby="prices-title">
      <header class="card-head">
        <h2 id="prices-title">Prices of additional credits</h2>
        <span class="faint">price book {name}</span>
      </header>
      <table class="slabs">
        <Columns columns={[{ title: 'Additional credits a day' }, { title: 'Per 1,000 credits' }]} />
        <tbody>
          {slabs.map(({ credits, rate_per_1000 }, index) => (
            <tr key={index}>
              <td>
                {credits === null
                  ? 'everything above'
                  : `${index === 0 ? 'the first' : 'the next'} ${number(credits)}`}
              </td>
              <td>{money(rate_per_1000, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {later.map((version) => (
        <p key={version.effective_at} class="faint">
          From {dayTime(version.effective_at, zone)}: price book {version.name}.
        </p>
      ))}
      <p class="faint gauge-foot">
        Each day is priced by itself, by the price book in effect when it begins. The same prices apply to all
        organisations.{' '}
        {mayGlobally('change-catalogues') && (
          <Link href={hrefOf('/catalogues', { product: null })}>Change the prices</Link>
        )}
      </p>
    </section>
  );
}
