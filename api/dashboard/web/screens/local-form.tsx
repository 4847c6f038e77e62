import { useState } from 'preact/hooks';
import type { LocalSignIn } from '../answers.ts';
import { number } from '../formats.ts';
import { param, setParams } from '../state/address.ts';
import { ApiError } from '../state/api-error.ts';
import { signInLocally } from '../state/local-session.ts';
import { signIn } from '../state/session.ts';

const ROLES = [
  ['super_admin', 'Super admin: also sets limits and the gate'],
  ['admin', 'Admin: sees everything, sets budgets and alerts'],
  ['user', 'User: sees credits and their own calls'],
  ['analyst', 'Analyst: sees credits, usage and calls'],
  ['billing', 'Billing: sees charges'],
] as const;

/** Signs in as anyone of a stack that runs only on the reader's machine. */
export function LocalForm({ orgs }: LocalSignIn) {
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
        {orgs.length > 0 ? (
          <select value={org} onChange={(event) => setOrg(event.currentTarget.value)}>
            {orgs.map(({ org_id, credits }) => (
              <option key={org_id} value={org_id}>
                {org_id} ({number(credits)} credits)
              </option>
            ))}
          </select>
        ) : (
          <input
            value={org}
            required
            maxLength={128}
            autocomplete="off"
            placeholder="net-66"
            onInput={(event) => setOrg(event.currentTarget.value)}
          />
        )}
        {orgs.length === 0 && (
          <small class="faint">
            They are listed here as soon as calls have landed and their hour has ended. Any ID can be typed.
          </small>
        )}
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
          {users.length > 0 ? (
            <select value={user} onChange={(event) => setUser(event.currentTarget.value)}>
              {users.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
          ) : (
            <input value={user} maxLength={128} onInput={(event) => setUser(event.currentTarget.value)} />
          )}
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
