import { useEffect } from 'preact/hooks';
import { AssumedTerms } from './components/assumed-terms.tsx';
import { Header } from './components/header.tsx';
import { Loading, ProblemNotice } from './components/states.tsx';
import { StaleNotice } from './components/stale.tsx';
import { CallsScreen } from './screens/calls.tsx';
import { CreditsScreen } from './screens/credits.tsx';
import { NotFoundScreen } from './screens/not-found.tsx';
import { OrgForm } from './screens/org-form.tsx';
import { OverviewScreen } from './screens/overview.tsx';
import { screenAt } from './screens/screens.ts';
import { SignInScreen } from './screens/sign-in.tsx';
import { SimulatorScreen } from './screens/simulator.tsx';
import { address, param, setParams } from './state/address.ts';
import { useLive } from './state/live.ts';
import { loadOrgProfile } from './state/org-profile.ts';
import { currentOrg } from './state/permissions.ts';
import { identityProvider, loadPersonSession } from './state/person-session.ts';
import { session } from './state/session.ts';

const COMPONENTS = {
  '/': OverviewScreen,
  '/credits': CreditsScreen,
  '/calls': CallsScreen,
  '/simulator': SimulatorScreen,
};

export function App() {
  const user = session.value;
  if (user === undefined) return <SignedOut />;
  const org = currentOrg(user);
  return org === '' ? <OrgForm /> : <OrgScreen key={`${user.key} ${org}`} org={org} />;
}

/** The sign-in page; nothing until the API has said whether a session of this browser goes on. */
function SignedOut() {
  useLive('session', loadPersonSession, null);
  return identityProvider.value === undefined ? <main class="sign-in" aria-busy="true" /> : <SignInScreen />;
}

function OrgScreen({ org }: { readonly org: string }) {
  const {
    data: profile,
    error,
    refresh,
  } = useLive(`profile ${org}`, (signal) => loadOrgProfile(org, signal), null);
  const screen = screenAt(address.value.path);
  const products = profile?.products ?? [];
  const [first] = products;
  const isChosen = param('product') !== '' || products.length < 2;
  const title = screen?.title ?? 'Page not found';
  useEffect(() => {
    document.title = `${title} · ${org} · API credits`;
    return () => {
      document.title = 'API credits';
    };
  }, [title, org]);
  useEffect(() => {
    if (!isChosen && first !== undefined) setParams({ product: first }, { replace: true });
  }, [isChosen, first]);
  const Screen = screen && COMPONENTS[screen.path];
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header org={org} screen={screen?.path} products={products} />
      <StaleNotice zone={profile?.zone ?? 'UTC'} />
      <main id="main" tabIndex={-1}>
        {profile?.isAssumed === true && <AssumedTerms />}
        {Screen === undefined ? (
          <NotFoundScreen />
        ) : profile !== undefined && isChosen ? (
          <Screen org={org} profile={profile} />
        ) : error?.isPermanent === true ? (
          <ProblemNotice error={error} onRetry={refresh} />
        ) : (
          <Loading height={480} />
        )}
      </main>
    </>
  );
}
