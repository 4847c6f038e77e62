import { computed, signal } from '@preact/signals';
import { ROLES, type Role } from '../../../auth/permissions.ts';

/** Who is signed in, as the token says; whether it says so rightly is for the API to judge. */
export interface Session {
  readonly token: string;
  readonly role: Role;
  readonly userId: string;
  /** The organisations that the token names; none for a role that is bound to none. */
  readonly orgIds: readonly string[];
}

const KEY = 'token';

/** Kept for this tab alone, and never in an address. */
const token = signal(sessionStorage.getItem(KEY));
/** Why the sign-in page is shown again. */
export const signedOutBecause = signal('');

export const session = computed(() => (token.value === null ? undefined : readToken(token.value)));

/** @returns whether the text is a token that names a role */
export function signIn(text: string): boolean {
  if (readToken(text) === undefined) return false;
  sessionStorage.setItem(KEY, text);
  signedOutBecause.value = '';
  token.value = text;
  return true;
}

export function signOut(because = ''): void {
  sessionStorage.removeItem(KEY);
  signedOutBecause.value = because;
  token.value = null;
}

/** Reads the claims without verifying them: they only decide what is offered. */
function readToken(text: string): Session | undefined {
  const claims = parse(text.split('.')[1] ?? '');
  const role = ROLES.find((each) => each === field(claims, 'role'));
  const userId = field(claims, 'sub');
  if (role === undefined || typeof userId !== 'string') return undefined;
  const many = field(claims, 'orgs');
  const orgIds = Array.isArray(many) ? many : [field(claims, 'org')];
  return { token: text, role, userId, orgIds: orgIds.filter((id) => typeof id === 'string') };
}

function parse(base64url: string): unknown {
  try {
    const bytes = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

const field = (value: unknown, name: string): unknown => new Map(Object.entries(Object(value))).get(name);
