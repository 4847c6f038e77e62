import { address } from '../state/address.ts';
import type { IdentityProvider } from '../state/person-session.ts';
import { isOfAccount, signInProblem, signInProblemText } from '../state/sign-in-problem.ts';
import { TokenForm } from './token-form.tsx';

/** Leads to the identity provider, and says why the browser came back from there without a session. */
export function ProviderSignIn({ provider: { name, signInUrl } }: { readonly provider: IdentityProvider }) {
  const problem = signInProblem.value;
  const { path, params } = address.value;
  const query = params.toString();
  const back = new URLSearchParams({ return: query === '' ? path : `${path}?${query}` }).toString();
  return (
    <>
      {problem !== undefined && (
        <p class={problem === 'signed-out-here' ? 'notice' : 'notice is-error'} role="alert">
          {signInProblemText(problem, name)}
        </p>
      )}
      <a class="button primary" href={`${signInUrl}?${back}`}>
        Sign in with {name}
      </a>
      {problem !== undefined && isOfAccount(problem) && (
        <a href={`${signInUrl}?${back}&prompt=login`}>Use another account</a>
      )}
      <TokenForm isAlternative />
    </>
  );
}
