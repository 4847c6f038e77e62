import { signal } from '@preact/signals';
import { SIGN_IN_PROBLEMS, type SignInProblem } from '../../../sign-in/problems.ts';

/** Why the browser is back from the identity provider without a session; undefined if it is not. */
export const signInProblem = signal<SignInProblem | undefined>(takeProblem());
globalThis.addEventListener('hashchange', () => (signInProblem.value = takeProblem() ?? signInProblem.value));

/** Out of the address, so that a bookmark or a reload does not repeat it. */
function takeProblem(): SignInProblem | undefined {
  const word = new URLSearchParams(location.hash.slice(1)).get('sign-in');
  if (word === null) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return SIGN_IN_PROBLEMS.find((each) => each === word);
}

/** For the person, who sees neither claims nor logs. */
const TEXTS: Readonly<Record<SignInProblem, (provider: string) => string>> = {
  'provider-unavailable': (provider) =>
    `${provider} does not answer. Try again in a minute. If you have a token, sign in with it.`,
  'unknown-attempt': () => 'This sign-in took too long, or it began in another browser. Sign in again.',
  cancelled: (provider) => `You did not sign in at ${provider}.`,
  rejected: (provider) =>
    `The answer of ${provider} was not valid. Sign in again. If that does not help, ask the operator of this dashboard.`,
  'no-user-id': (provider) =>
    `${provider} does not say who you are. Only the operator of this dashboard can change that.`,
  'unverified-email': (provider) =>
    `${provider} has not verified your e-mail address. Verify it there, then sign in again.`,
  'no-role': (provider) =>
    `Your account at ${provider} has no role here. Ask an admin of your organisation for access, or use another account.`,
  'no-organisation': (provider) =>
    `Your account at ${provider} belongs to no organisation here. Ask an admin of your organisation for access, or use another account.`,
  'too-many-organisations': (provider) =>
    `Your account at ${provider} belongs to more organisations than a session can hold. Ask the operator of this dashboard, or use another account.`,
  'signed-out-here': (provider) =>
    `You have signed out of this dashboard. You may still be signed in at ${provider}.`,
};

/** @param provider as people know it */
export const signInProblemText = (problem: SignInProblem, provider: string): string =>
  TEXTS[problem](provider);

/** Whether another account may help where this one did not. */
export const isOfAccount = (problem: SignInProblem): boolean =>
  ['no-user-id', 'unverified-email', 'no-role', 'no-organisation', 'too-many-organisations'].includes(
    problem,
  );
