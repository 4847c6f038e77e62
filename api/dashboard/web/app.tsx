import { useEffect } from 'preact/hooks';
import { Header } from './parts/header.tsx';
import { Loading, Refused } from './parts/states.tsx';
import { StaleNotice } from './parts/stale.tsx';
import { CallsScreen } from './screens/calls.tsx';
import { CreditsScreen } from './screens/credits.tsx';
import { OverviewScreen } from './screens/overview.tsx';
import { screenAt, SCREENS } from './screens/screens.ts';
import { SignInScreen } from './screens/sign-in.tsx';
import { SimulatorScreen } from './screens/simulator.tsx';
import { useLive } from './state/live.ts';
import { param, place, show } from './state/place.ts';
import { loadFacts } from './state/facts.ts';
import { shownOrg } from './state/rights.ts';
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

function OfOrg({ org }: { readonly org: string }) {
  const { data: facts, error, refresh } = useLive(`facts ${org}`, (signal) => loadFacts(org, signal), null);
  const screen = screenAt(place.value.path);
  const Screen = SHOWN[screen];
  const products = facts?.products ?? [];
  const [first] = products;
  const isChosen = param('product') !== '' || products.length < 2;
  const title = SCREENS.find(({ path }) => path === screen)?.title ?? '';
  useEffect(() => {
    document.title = `${title} · ${org} · API credits`;
    return () => {
      document.title = 'API credits';
    };
  }, [title, org]);
  useEffect(() => {
    if (!isChosen && first !== undefined) show({ product: first }, { replace: true });
  }, [isChosen, first]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header org={org} screen={screen} products={products} />
      <StaleNotice zone={facts?.zone ?? 'UTC'} />
      <main id="main" tabIndex={-1}>
        {facts !== undefined && isChosen ? (
          <Screen org={org} facts={facts} />
        ) : error?.isLasting === true ? (
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
