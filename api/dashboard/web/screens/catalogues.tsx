import type { Costs, Editions, Prices } from '../answers.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { CallCostsPanel } from '../panels/call-costs.tsx';
import { CatalogueHistory } from '../panels/catalogue-history.tsx';
import { EditionCatalogue } from '../panels/edition-catalogue.tsx';
import { PriceBooksPanel } from '../panels/price-books.tsx';
import { fetchJson } from '../state/client.ts';
import { useLive } from '../state/live.ts';

interface Catalogues {
  readonly prices: Prices;
  readonly editions: Editions;
  readonly costs: Costs;
}

/** What holds for all organisations: the prices of additional credits, the editions and the costs of calls. */
export function CataloguesScreen() {
  const { data, error, refresh } = useLive<Catalogues>(
    'catalogues',
    async (signal) => {
      const [prices, editions, costs] = await Promise.all([
        fetchJson<Prices>('/v1/catalogues/prices', { signal }),
        fetchJson<Editions>('/v1/catalogues/editions', { signal }),
        fetchJson<Costs>('/v1/catalogues/costs', { signal }),
      ]);
      return { prices, editions, costs };
    },
    null,
  );
  if (data === undefined) {
    return error ? <ProblemNotice error={error} onRetry={refresh} /> : <Loading height={480} />;
  }
  const { prices, editions, costs } = data;
  return (
    <>
      <h1 class="sr-only">Catalogues</h1>
      <PriceBooksPanel prices={prices} onChanged={refresh} />
      <EditionCatalogue
        key={JSON.stringify(editions.in_effect)}
        editions={editions.in_effect.editions}
        onChanged={refresh}
      />
      <CallCostsPanel rules={costs.in_effect.rules} />
      <CatalogueHistory key={JSON.stringify([prices.versions.length, editions, costs.versions.length])} />
    </>
  );
}
