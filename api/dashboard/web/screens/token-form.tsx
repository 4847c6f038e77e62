import { useState } from 'preact/hooks';
import { signIn } from '../state/session.ts';

/** @param isAlternative folded away below another way to sign in */
export function TokenForm({ isAlternative }: { readonly isAlternative: boolean }) {
  const [text, setText] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const form = (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setIsWrong(!signIn(text.trim()));
      }}
    >
      <label>
        Token
        <textarea
          rows={4}
          spellcheck={false}
          autocomplete="off"
          required
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {isWrong && (
        <p class="warn" role="alert">
          This is not a valid token. Paste all of it, without “Bearer”.
        </p>
      )}
      <button type="submit" class={isAlternative ? undefined : 'primary'}>
        Sign in with this token
      </button>
      <p class="faint">It stays in this browser until you sign out or it expires.</p>
    </form>
  );
  if (!isAlternative) return form;
  return (
    <details>
      <summary>Sign in with a token instead</summary>
      {form}
    </details>
  );
}
