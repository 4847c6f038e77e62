import { computed, signal } from '@preact/signals';
import { ROLES, type Role } from '../../../auth/permissions.ts';

/** The signed-in user, as the token claims or as the API says. Only the API verifies it. */
export interface Session {
  /** Unique for each sign-in. */
  readonly key: string;
  /** Undefined for a person who signed in with an identity provider: the browser's cookie comes along by itself. */
  readonly token?: string;
  readonly role: Role;
  readonly userId: string;
  readonly name: string;
  /** The organisations that the token names; none for a role that is not bound to any. */
  readonly orgIds: readonly string[];
  /** Epoch milliseconds by this computer's clock; undefined for a token without an expiry. */
  readonly endsAt?: number | undefined;
}

const KEY = 'token';
/** The id of the session of a person, for the other tabs alone: the session itself is a cookie (person-session.ts). */
export const PERSON_KEY = 'person-session';

/**
 * One token for all tabs of this browser, never in an address or a cookie. The API rejects the
 * token once it expires, and signing out in one tab signs out all. Only the dashboard's own scripts can read it: the
 * content security policy allows no others.
 */
const token = signal(localStorage.getItem(KEY));
/** Why the sign-in page is back. */
export const signedOutBecause = signal('');

/** Of a person who signed in with an identity provider. */
export const personSession = signal<Session | undefined>(undefined);

export const session = computed(() => (token.value === null ? personSession.value : parseToken(token.value)));

globalThis.addEventListener('storage', ({ key, newValue }) => {
  // A null key means that the storage was cleared.
  if (key === KEY || key === null) token.value = newValue;
});

/** @returns whether the text is a token that names a role */
export function signIn(text: string): boolean {
  if (parseToken(text) === undefined) return false;
  localStorage.setItem(KEY, text);
  signedOutBecause.value = '';
  token.value = text;
  return true;
}

export function signOut(because = ''): void {
  localStorage.removeItem(KEY);
  signedOutBecause.value = because;
  token.value = null;
}

/** Ends a session that the API no longer accepts, in all tabs. */
export function endSession({ token: ended }: Session, because: string): void {
  if (ended === undefined) endPersonSession(because);
  else signOut(because);
}

export function endPersonSession(because: string): void {
  localStorage.removeItem(PERSON_KEY);
  signedOutBecause.value = because;
  personSession.value = undefined;
}

/** Reads the claims without verifying them: they decide only what the screens offer. */
function parseToken(text: string): Session | undefined {
  const claims = parsePayload(text.split('.')[1] ?? '');
  const role = ROLES.find((each) => each === field(claims, 'role'));
  const userId = field(claims, 'sub');
  if (role === undefined || typeof userId !== 'string') return undefined;
  const orgs = field(claims, 'orgs');
  const exp = field(claims, 'exp');
  const orgIds = Array.isArray(orgs) ? orgs : [field(claims, 'org')];
  return {
    key: text,
    token: text,
    role,
    userId,
    name: userId,
    orgIds: orgIds.filter((id) => typeof id === 'string'),
    endsAt: typeof exp === 'number' ? exp * 1_000 : undefined,
  };
}

function parsePayload(base64url: string): unknown {
  try {
    const bytes = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

const field = (value: unknown, name: string): unknown => new Map(Object.entries(Object(value))).get(name);
