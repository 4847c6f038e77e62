import type { LocalSession, LocalSignIn, SignedIn } from '../answers.ts';
import { fetchJson } from './client.ts';

/** The sign-in of a local stack (api/dashboard/local-sign-in.ts). */
const PATH = '/local/sign-in';
const KEY = 'local-session';

export interface Choice {
  readonly role: string;
  readonly org: string;
  readonly user: string;
}

/**
 * The organisations to choose from. First exchanges the one-time code of the link, if the address has one, for this
 * browser's session. Throws ApiError: 401 says where to find a link, 404 that this is not a local stack.
 */
export async function openLocalSignIn(): Promise<LocalSignIn> {
  const code = takeCode();
  if (code !== null) await redeem(code);
  return fetchJson<LocalSignIn>(PATH, { bearer: bearer() });
}

export const signInLocally = (choice: Choice): Promise<SignedIn> =>
  fetchJson<SignedIn>(PATH, { method: 'POST', body: choice, bearer: bearer() });

async function redeem(code: string): Promise<void> {
  try {
    const { session } = await fetchJson<LocalSession>(`${PATH}/session`, { method: 'POST', body: { code } });
    localStorage.setItem(KEY, session);
  } catch (error) {
    // A link opened twice in the same browser does no harm.
    if (bearer() === undefined) throw error;
  }
}

/** Out of the address, so that it stays in no history. */
function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}

const bearer = (): string | undefined => localStorage.getItem(KEY) ?? undefined;
