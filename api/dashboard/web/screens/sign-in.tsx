import { useEffect, useState } from 'preact/hooks';
import type { LocalSignIn, SignedIn } from '../answers.ts';
import { number } from '../formats.ts';
import { ask, ApiError } from '../state/client.ts';
import { goTo } from '../state/place.ts';
import { signedOutBecause, signIn } from '../state/session.ts';

const PATH = '/local/sign-in';
const ROLES = [
  ['super_admin', 'Super admin: sets the additional limit'],
  ['admin', 'Admin: reads everything'],
  ['user', 'User: the credits, and the own calls'],
  ['analyst', 'Analyst: credits, usage and calls'],
  ['billing', 'Billing: what is charged'],
] as const;

/** The local stack offers its organisations and roles; everywhere else a token is pasted in. */
export function SignInScreen() {
  const [local, setLocal] = useState<LocalSignIn | null | undefined>();
  useEffect(() => {
    ask<LocalSignIn>(PATH).then(setLocal, () => setLocal(null));
  }, []);
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
        {local && local.orgs.length > 0 && <LocalForm local={local} />}
        {local !== undefined && <TokenForm isAlternative={local !== null && local.orgs.length > 0} />}
      </div>
    </main>
  );
}

function LocalForm({ local: { orgs } }: { readonly local: LocalSignIn }) {
  const [org, setOrg] = useState(orgs[0]?.org_id ?? '');
  const [role, setRole] = useState<string>('super_admin');
  const users = orgs.find((each) => each.org_id === org)?.users ?? [];
  const [user, setUser] = useState('');
  const [problem, setProblem] = useState('');
  const enter = async (): Promise<void> => {
    try {
      const name = role === 'user' ? user || users[0] || 'local' : 'local';
      const { token } = await ask<SignedIn>(PATH, { method: 'POST', body: { role, org, user: name } });
      goTo(role === 'billing' ? `/credits?org=${encodeURIComponent(org)}` : '/');
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
      <p class="notice">This stack runs on your machine alone, so you may be anyone.</p>
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

function TokenForm({ isAlternative }: { readonly isAlternative: boolean }) {
  const [text, setText] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const form = (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setIsWrong(!signIn(text.trim()));
      }}
    >
      <label>
        Token
        <textarea
          rows={4}
          spellcheck={false}
          autocomplete="off"
          required
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {isWrong && (
        <p class="warn" role="alert">
          This is no token of a role: paste it whole, without “Bearer”.
        </p>
      )}
      <button type="submit" class={isAlternative ? undefined : 'primary'}>
        Use this token
      </button>
      <p class="faint">It is kept in this tab alone, until you sign out or close it.</p>
    </form>
  );
  if (!isAlternative) return form;
  return (
    <details>
      <summary>Sign in with a token instead</summary>
      {form}
    </details>
  );
}
