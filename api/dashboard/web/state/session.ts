import { computed, signal } from '@preact/signals';
import { ROLES, type Role } from '../../../auth/permissions.ts';

/** The signed-in user, as the token claims. Only the API verifies it. */
export interface Session {
  readonly token: string;
  readonly role: Role;
  readonly userId: string;
  /** The organisations that the token names; none for a role that is not bound to any. */
  readonly orgIds: readonly string[];
}

const KEY = 'token';

/**
 * One session for all tabs of this browser, never in an address or a cookie. The API rejects the
 * token once it expires, and signing out in one tab signs out all. Only the dashboard's own scripts can read it: the
 * content security policy allows no others.
 */
const token = signal(localStorage.getItem(KEY));
/** Why the sign-in page is back. */
export const signedOutBecause = signal('');

export const session = computed(() => (token.value === null ? undefined : parseToken(token.value)));

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

/** Reads the claims without verifying them: they decide only what the screens offer. */
function parseToken(text: string): Session | undefined {
  const claims = parsePayload(text.split('.')[1] ?? '');
  const role = ROLES.find((each) => each === field(claims, 'role'));
  const userId = field(claims, 'sub');
  if (role === undefined || typeof userId !== 'string') return undefined;
  const orgs = field(claims, 'orgs');
  const orgIds = Array.isArray(orgs) ? orgs : [field(claims, 'org')];
  return { token: text, role, userId, orgIds: orgIds.filter((id) => typeof id === 'string') };
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
