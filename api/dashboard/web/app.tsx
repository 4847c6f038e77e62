import { useEffect } from 'preact/hooks';
import { AssumedTerms } from './components/assumed-terms.tsx';
import { lazyScreen } from './components/lazy-screen.tsx';
import { Page } from './components/page.tsx';
import { Loading, ProblemNotice } from './components/states.tsx';
import { CallsScreen } from './screens/calls.tsx';
import { NotFoundScreen } from './screens/not-found.tsx';
import { OrgForm } from './screens/org-form.tsx';
import { OverviewScreen } from './screens/overview.tsx';
import { screenAt, type GlobalScreenPath } from './screens/screens.ts';
import { SignInScreen } from './screens/sign-in.tsx';
import { address, param, setParams } from './state/address.ts';
import { useLive } from './state/live.ts';
import { loadOrgProfile } from './state/org-profile.ts';
import { currentOrg, mayGlobally } from './state/permissions.ts';
import { identityProvider, loadPersonSession } from './state/person-session.ts';
import { session } from './state/session.ts';

const ORG_SCREENS = {
  '/': OverviewScreen,
  '/credits': lazyScreen(async () => (await import('./screens/credits.tsx')).CreditsScreen),
  '/calls': CallsScreen,
  '/alerts': lazyScreen(async () => (await import('./screens/alerts.tsx')).AlertsScreen),
  '/budgets': lazyScreen(async () => (await import('./screens/budgets.tsx')).BudgetsScreen),
  '/simulator': lazyScreen(async () => (await import('./screens/simulator.tsx')).SimulatorScreen),
  '/settings': lazyScreen(async () => (await import('./screens/settings.tsx')).SettingsScreen),
};
const GLOBAL_SCREENS = {
  '/organisations': lazyScreen(async () => (await import('./screens/organisations.tsx')).OrganisationsScreen),
  '/catalogues': lazyScreen(async () => (await import('./screens/catalogues.tsx')).CataloguesScreen),
  '/platform-alerts': lazyScreen(
    async () => (await import('./screens/platform-alerts.tsx')).PlatformAlertsScreen,
  ),
  '/dead-letters': lazyScreen(async () => (await import('./screens/dead-letters.tsx')).DeadLettersScreen),
};

export function App() {
  const user = session.value;
  if (user === undefined) return <SignedOut />;
  const org = currentOrg(user);
  const screen = screenAt(address.value.path);
  if (screen?.isOfOrg === false) {
    return <GlobalScreen org={org} path={screen.path} title={screen.title} />;
  }
  if (org === '') {
    // An address names a screen of no organisation: choose one.
    return mayGlobally('read-orgs') ? (
      <GlobalScreen org={org} path="/organisations" title="Organisations" />
    ) : (
      <OrgForm />
    );
  }
  return <OrgScreen key={`${user.key} ${org}`} org={org} />;
}

/** The sign-in page; nothing until the API has said whether a session of this browser goes on. */
function SignedOut() {
  useLive('session', loadPersonSession, null);
  return identityProvider.value === undefined ? <main class="sign-in" aria-busy="true" /> : <SignInScreen />;
}

interface GlobalScreenProps {
  readonly org: string;
  readonly path: GlobalScreenPath;
  readonly title: string;
}

function GlobalScreen({ org, path, title }: GlobalScreenProps) {
  const Screen = GLOBAL_SCREENS[path];
  return (
    <Page org={org} screen={path} title={title} zone="UTC">
      <Screen key={path} />
    </Page>
  );
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
  useEffect(() => {
    if (!isChosen && first !== undefined) setParams({ product: first }, { replace: true });
  }, [isChosen, first]);
  const Screen = screen?.isOfOrg === true ? ORG_SCREENS[screen.path] : undefined;
  return (
    <Page
      org={org}
      screen={screen?.path}
      title={screen?.title ?? 'Page not found'}
      products={products}
      zone={profile?.zone ?? 'UTC'}
    >
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
    </Page>
  );
}
