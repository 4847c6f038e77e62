/**
 * Why a sign-in failed. The dashboard gets the word in the fragment of its address and says what to do
 * (web/state/sign-in-problem.ts); the log has the reason.
 */
export const SIGN_IN_PROBLEMS = [
  'provider-unavailable',
  /** The provider's answer belongs to no sign-in that this browser began in the last minutes. */
  'unknown-attempt',
  /** The person, or the provider for them, said no. */
  'cancelled',
  /** What the provider sent does not hold. */
  'rejected',
  'no-user-id',
  'unverified-email',
  'no-role',
  'no-organisation',
  'too-many-organisations',
  /** Signed out here, and not at the provider. */
  'signed-out-here',
] as const;
export type SignInProblem = (typeof SIGN_IN_PROBLEMS)[number];
