import { signal } from '@preact/signals';
import type { SignInState } from '../answers.ts';
import { duration } from '../formats.ts';
import { ApiError } from './api-error.ts';
import { fetchJson } from './client.ts';
import { endPersonSession, PERSON_KEY, personSession, session, signOut } from './session.ts';
import { signInProblem } from './sign-in-problem.ts';

export interface IdentityProvider {
  readonly name: string;
  /** Where a sign-in begins. */
  readonly signInUrl: string;
}

/**
 * The session of a person who signed in with an identity provider (api/sign-in/). The browser's cookie is the session,
 * and no script can read it: what is known here came from the API. Every tab requests it again when another one signs
 * in or out, and when the session would end without activity.
 */
const PATH = '/sign-in/session';
const SIGN_OUT_PATH = '/sign-in/sign-out';
const INPUTS = ['pointerdown', 'keydown', 'wheel', 'touchstart'];
const MAX_RECORD_EVERY_MS = 60_000;
/** The session has ended by then, by any clock that is not far off. */
const END_MARGIN_MS = 500;

/** Null where the API has none, undefined until it has answered. */
export const identityProvider = signal<IdentityProvider | null | undefined>(undefined);
/** Why signing out failed: the person is still signed in. */
export const signOutProblem = signal('');

let last: SignInState | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let recordedAt = -Infinity;

/** Reads the session. Throws ApiError; an API without a provider is not an error. */
export async function loadPersonSession(): Promise<true> {
  try {
    apply(await fetchJson<SignInState>(PATH));
    // Opening the dashboard is using it.
    recordActivity();
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    identityProvider.value = null;
  }
  return true;
}

/** Signs out here and in all tabs, then at the provider. Of a token, only here. */
export async function leave(): Promise<void> {
  if (session.value?.token !== undefined) return signOut();
  signOutProblem.value = '';
  try {
    const state = await fetchJson<SignInState>(`${PATH}/end`, { method: 'POST' });
    end('');
    apply(state);
    location.assign(SIGN_OUT_PATH);
  } catch (error) {
    signOutProblem.value = `You are still signed in. ${error instanceof Error ? error.message : String(error)}`;
  }
}

function apply(state: SignInState): void {
  const now = Date.parse(state.as_of);
  identityProvider.value ??= { name: state.provider, signInUrl: state.sign_in_url };
  if (state.session === null) end(reasonOf(last, now));
  else {
    const { id, user_id: userId, name, role, orgs: orgIds, ends_at, idle_ends_at } = state.session;
    const known = personSession.value;
    if (known?.key !== id) {
      const endsAt = Date.now() + Date.parse(ends_at) - now;
      personSession.value = { key: id, userId, name, role, orgIds, endsAt };
      signInProblem.value = undefined;
      localStorage.setItem(PERSON_KEY, id);
    }
    clearTimeout(timer);
    timer = setTimeout(refresh, Date.parse(idle_ends_at) - now + END_MARGIN_MS);
  }
  last = state;
}

function end(because: string): void {
  clearTimeout(timer);
  // Also one that ended while no tab was open.
  const hasBegun = personSession.value !== undefined || localStorage.getItem(PERSON_KEY) !== null;
  if (hasBegun) endPersonSession(because);
}

/** @param now by the API's clock */
function reasonOf(before: SignInState | undefined, now: number): string {
  const ended = 'Your session has ended. Sign in again to go on where you were.';
  if (!before?.session) return ended;
  const { ends_at, idle_ends_at } = before.session;
  if (now >= Date.parse(ends_at)) return ended;
  if (now >= Date.parse(idle_ends_at)) {
    return `You have been signed out, because you did not use the dashboard for ${duration(before.idle_ms)}.`;
  }
  return 'You have been signed out in another tab, or your session has ended.';
}

/** Asks again. Where the API does not answer, the next request of the screen says so. */
function refresh(): void {
  fetchJson<SignInState>(PATH).then(apply, () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, MAX_RECORD_EVERY_MS);
  });
}

/** What a person does keeps the session; what the screens fetch by themselves does not. */
function recordActivity(): void {
  if (personSession.value === undefined || last === undefined) return;
  const now = Date.now();
  if (now - recordedAt < Math.min(MAX_RECORD_EVERY_MS, last.idle_ms / 4)) return;
  recordedAt = now;
  fetchJson<SignInState>(`${PATH}/activity`, { method: 'POST' }).then(apply, () => {
    // The next input tries again.
    recordedAt = -Infinity;
  });
}

for (const input of INPUTS) {
  globalThis.addEventListener(input, recordActivity, { capture: true, passive: true });
}
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) recordActivity();
});
globalThis.addEventListener('storage', ({ key }) => {
  // A null key means that the storage was cleared.
  if ((key === PERSON_KEY || key === null) && identityProvider.value) refresh();
});
