import { useEffect } from 'preact/hooks';
import type { LocalSignIn } from '../answers.ts';
import { openLocalSignIn } from '../state/local-session.ts';
import { identityProvider } from '../state/person-session.ts';
import { useLive } from '../state/live.ts';
import { signedOutBecause } from '../state/session.ts';
import { LocalForm } from './local-form.tsx';
import { ProviderSignIn } from './provider-sign-in.tsx';
import { TokenForm } from './token-form.tsx';

/** On a local stack, whose organisations appear with their first calls. */
const REFRESH_MS = 5_000;

/**
 * The identity provider where there is one; the local stack offers its organisations and roles; elsewhere the reader
 * pastes a token. The address stays as it is, so that a link opens what it names after signing in.
 */
export function SignInScreen() {
  return (
    <main class="sign-in">
      <div class="card">
        <img src="/favicon.svg" alt="" width="44" height="44" />
        <h1>API credits</h1>
        <p class="faint">Every call counted once, every cent explained.</p>
        {signedOutBecause.value !== '' && (
          <p class="notice is-error" role="alert">
            {signedOutBecause.value}
          </p>
        )}
        {identityProvider.value ? (
          <ProviderSignIn provider={identityProvider.value} />
        ) : (
          <LocalOrTokenSignIn />
        )}
      </div>
    </main>
  );
}

function LocalOrTokenSignIn() {
  const { data, error, refresh } = useLive<LocalSignIn>('local sign-in', openLocalSignIn, REFRESH_MS);
  const local = error === undefined ? data : null;
  useEffect(() => {
    // The link may be pasted into a tab that shows this page already.
    addEventListener('hashchange', refresh);
    return () => removeEventListener('hashchange', refresh);
  }, []);
  return (
    <>
      {error?.status === 401 && <p class="notice">{error.message}</p>}
      {local && <LocalForm key={String(local.orgs.length > 0)} orgs={local.orgs} />}
      {local !== undefined && (
        <TokenForm
          isAlternative={local !== null}
          hint={local === null ? '' : 'Operators of the platform need one: npm run token -- --role platform.'}
        />
      )}
    </>
  );
}
