import { setParams } from '../state/address.ts';
import { leave, signOutProblem } from '../state/person-session.ts';

/** Asks for the organisation, for roles that are not bound to one. */
export function OrgForm() {
  return (
    <main class="sign-in">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          const id = new FormData(event.currentTarget).get('org');
          if (typeof id === 'string' && id !== '') setParams({ org: id });
        }}
      >
        <h1>Choose an organisation</h1>
        <label>
          Organisation ID
          <input name="org" required maxLength={128} autocomplete="off" />
        </label>
        <button type="submit" class="primary">
          Show
        </button>
        <button type="button" class="link" onClick={() => void leave()}>
          Sign out
        </button>
        {signOutProblem.value !== '' && (
          <p class="warn" role="alert">
            {signOutProblem.value}
          </p>
        )}
      </form>
    </main>
  );
}
