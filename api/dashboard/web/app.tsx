import { useEffect } from 'preact/hooks';
import type { Bill, Usage } from './answers.ts';
import { Header } from './parts/header.tsx';
import { Loading, Refused } from './parts/states.tsx';
import { StaleNotice } from './parts/stale.tsx';
import { CallsScreen } from './screens/calls.tsx';
import { CreditsScreen } from './screens/credits.tsx';
import { OverviewScreen } from './screens/overview.tsx';
import { screenAt } from './screens/screens.ts';
import { SignInScreen } from './screens/sign-in.tsx';
import { SimulatorScreen } from './screens/simulator.tsx';
import { ask, orgPath } from './state/client.ts';
import { failingSince, useLive } from './state/live.ts';
import { param, place, show } from './state/place.ts';
import { may, shownOrg } from './state/rights.ts';
import { session } from './state/session.ts';

const SHOWN = {
  '/': OverviewScreen,
  '/credits': CreditsScreen,
  '/calls': CallsScreen,
  '/simulator': SimulatorScreen,
};

export function App() {
  const who = session.value;
  if (who === undefined) return <SignInScreen />;
  const org = shownOrg(who);
  return org === '' ? <OrgForm /> : <OfOrg key={`${who.token} ${org}`} org={org} />;
}

/** What must be known of an organisation before anything of it is shown. */
interface OrgFacts {
  readonly zone: string;
  /** Those that have calls, the one with the most credits first. */
  readonly products: readonly string[];
}

const PRODUCTS_WITHIN_MS = 31 * 86_400_000;

async function loadFacts(org: string, signal: AbortSignal): Promise<OrgFacts> {
  if (!may('read-usage')) {
    const { time_zone, product } = await ask<Bill>(orgPath(org, 'billing'), { signal });
    return { zone: time_zone, products: [product] };
  }
  const now = Date.now();
  const { time_zone, rows } = await ask<Usage>(orgPath(org, 'usage'), {
    query: [
      ['from', new Date(now - PRODUCTS_WITHIN_MS).toISOString()],
      ['to', new Date(now).toISOString()],
      ['group_by', 'product'],
    ],
    signal,
  });
  const byCredits = rows.toSorted((a, b) => b.credits - a.credits);
  return { zone: time_zone, products: byCredits.map(({ product = '' }) => product) };
}

function OfOrg({ org }: { readonly org: string }) {
  const { data: facts, error, refresh } = useLive(`facts ${org}`, (signal) => loadFacts(org, signal), null);
  const screen = screenAt(place.value.path);
  const Screen = SHOWN[screen];
  const [first] = facts?.products ?? [];
  const isChosen = param('product') !== '' || (facts?.products.length ?? 0) < 2;
  useEffect(() => {
    if (!isChosen && first !== undefined) show({ product: first }, { replace: true });
  }, [isChosen, first]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header org={org} screen={screen} products={facts?.products ?? []} />
      <StaleNotice zone={facts?.zone ?? 'UTC'} />
      <main id="main" tabIndex={-1}>
        {facts !== undefined && isChosen ? (
          <Screen org={org} ownZone={facts.zone} />
        ) : error !== undefined && failingSince.value === 0 ? (
          <Refused error={error} onRetry={refresh} />
        ) : (
          <Loading height={480} />
        )}
      </main>
    </>
  );
}

/** For roles that are bound to no organisation. */
function OrgForm() {
  return (
    <main class="sign-in">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          const id = new FormData(event.currentTarget).get('org');
          if (typeof id === 'string' && id !== '') show({ org: id });
        }}
      >
        <h1>Which organisation?</h1>
        <label>
          Organisation id
          <input name="org" required maxLength={128} />
        </label>
        <button type="submit" class="primary">
          Show
        </button>
      </form>
    </main>
  );
}
