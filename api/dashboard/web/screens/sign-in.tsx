import { useEffect, useState } from 'preact/hooks';
import type { LocalSignIn } from '../answers.ts';
import { number } from '../formats.ts';
import { ApiError } from '../state/client.ts';
import { openLocalSignIn, signInLocally } from '../state/local-session.ts';
import { param, setParams } from '../state/address.ts';
import { identityProvider } from '../state/person-session.ts';
import { useLive } from '../state/live.ts';
import { signedOutBecause, signIn } from '../state/session.ts';
import { ProviderSignIn } from './provider-sign-in.tsx';
import { TokenForm } from './token-form.tsx';

const ROLES = [
  ['super_admin', 'Super admin: also sets the limit'],
  ['admin', 'Admin: sees everything'],
  ['user', 'User: sees credits and their own calls'],
  ['analyst', 'Analyst: sees credits, usage and calls'],
  ['billing', 'Billing: sees charges'],
] as const;

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
  const { data, error, refresh } = useLive<LocalSignIn>('local sign-in', openLocalSignIn, null);
  const local = error === undefined ? data : null;
  useEffect(() => {
    // The link may be pasted into a tab that shows this page already.
    addEventListener('hashchange', refresh);
    return () => removeEventListener('hashchange', refresh);
  }, []);
  return (
    <>
      {error?.status === 401 && <p class="notice">{error.message}</p>}
      {local && local.orgs.length > 0 && <LocalForm local={local} />}
      {local !== undefined && <TokenForm isAlternative={local !== null && local.orgs.length > 0} />}
    </>
  );
}

function LocalForm({ local: { orgs } }: { readonly local: LocalSignIn }) {
  const linked = orgs.find(({ org_id }) => org_id === param('org'));
  const [org, setOrg] = useState((linked ?? orgs[0])?.org_id ?? '');
  const [role, setRole] = useState<string>('super_admin');
  const users = orgs.find((each) => each.org_id === org)?.users ?? [];
  const [user, setUser] = useState('');
  const [problem, setProblem] = useState('');
  const enter = async (): Promise<void> => {
    try {
      const name = role === 'user' ? user || users[0] || 'local' : 'local';
      const { token } = await signInLocally({ role, org, user: name });
      // A link to another organisation, and roles that see several, need the chosen one in the address.
      if (role === 'billing' || param('org') !== '') setParams({ org }, { replace: true });
      signIn(token);
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error));
    }
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <p class="notice">This stack runs only on your machine, so you can sign in as anyone.</p>
      <label>
        Organisation
        <select value={org} onChange={(event) => setOrg(event.currentTarget.value)}>
          {orgs.map(({ org_id, credits }) => (
            <option key={org_id} value={org_id}>
              {org_id} ({number(credits)} credits)
            </option>
          ))}
        </select>
      </label>
      <label>
        Role
        <select value={role} onChange={(event) => setRole(event.currentTarget.value)}>
          {ROLES.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {role === 'user' && (
        <label>
          User
          <select value={user} onChange={(event) => setUser(event.currentTarget.value)}>
            {users.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      )}
      {problem !== '' && (
        <p class="warn" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="primary">
        Sign in
      </button>
    </form>
  );
}
