import { useState } from 'preact/hooks';
import { signIn } from '../state/session.ts';

interface TokenFormProps {
  /** Folded away below another way to sign in. */
  readonly isAlternative: boolean;
  /** Who needs a token, and where to get one. */
  readonly hint?: string;
}

export function TokenForm({ isAlternative, hint = '' }: TokenFormProps) {
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
      {hint !== '' && <p class="faint">{hint}</p>}
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
