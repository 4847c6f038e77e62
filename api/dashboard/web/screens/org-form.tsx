import { setParams } from '../state/address.ts';
import { signOut } from '../state/session.ts';

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
        <button type="button" class="link" onClick={() => signOut()}>
          Sign out
        </button>
      </form>
    </main>
  );
}
