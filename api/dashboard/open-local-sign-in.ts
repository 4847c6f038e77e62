import type { TokenKeys } from '../../platform/tokens/keys.ts';
import { signToken } from '../auth/tokens.ts';
import { createLocalSessions } from './local-sessions.ts';
import type { LocalSignIn } from './local-sign-in.ts';
import { redeemSignInCode } from './sign-in-codes.ts';

/** The sign-in of the local stack in DATA_DIR; undefined without a secret to sign with. @param now epoch milliseconds */
export function openLocalSignIn(
  { DATA_DIR, keys: { secrets } }: { readonly DATA_DIR: string; readonly keys: TokenKeys },
  now: () => number,
): LocalSignIn | undefined {
  if (secrets === undefined) return undefined;
  const [secret] = secrets;
  return {
    sign: (claims, expiresAt) => signToken(secret, claims, expiresAt),
    sessions: createLocalSessions(secret, now),
    redeem: (code) => redeemSignInCode(DATA_DIR, code),
  };
}
