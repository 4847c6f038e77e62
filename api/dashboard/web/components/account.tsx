import { clockTime } from '../formats.ts';
import type { Session } from '../state/session.ts';

const ROLE_NAMES = {
  super_admin: 'Super admin',
  admin: 'Admin',
  user: 'User',
  analyst: 'Analyst',
  billing: 'Billing',
  platform: 'Platform',
  publisher: 'Publisher',
  gate: 'Gate',
} as const;

/** Who is signed in, and a menu that says as which role, for which organisations and until when. */
export function Account({ user }: { readonly user: Session }) {
  const role = ROLE_NAMES[user.role];
  const facts = [
    ['User ID', user.userId],
    ['Role', role],
    ['Organisations', user.orgIds.length === 0 ? 'not bound to any' : user.orgIds.join(', ')],
    ['Signed in', user.token === undefined ? 'with an identity provider' : 'with a token'],
    ['Until', user.endsAt === undefined ? 'the token expires' : clockTime(user.endsAt)],
  ] as const;
  return (
    <>
      <button type="button" class="account-button" popovertarget="account">
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <circle cx="10" cy="7" r="3.4" fill="none" stroke="currentColor" stroke-width="1.6" />
          <path d="M3.6 17a6.4 6.4 0 0 1 12.8 0" fill="none" stroke="currentColor" stroke-width="1.6" />
        </svg>
        <span class="who-name">
          {user.name} <span class="faint">{role}</span>
        </span>
      </button>
      <div id="account" class="card account" popover="auto" role="group" aria-label="Account">
        <h2>{user.name}</h2>
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt class="faint">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  );
}
