import { useEffect, useRef, useState } from 'preact/hooks';
import type { AlertSecret } from '../answers.ts';
import { ChangeProblem } from '../components/change-problem.tsx';
import { ProblemNotice } from '../components/states.tsx';
import { dateTime } from '../formats.ts';
import { fetchJson } from '../state/client.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { useLive } from '../state/live.ts';

interface WebhookSecretProps {
  /** The path of the organisation or of the platform. */
  readonly base: string;
  /** Of the destination. */
  readonly id: string;
  readonly zone: string;
  readonly onClose: () => void;
}

/** The key by which a receiver checks that a webhook comes from here, and its rotation. */
export function WebhookSecret({ base, id, zone, onClose }: WebhookSecretProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const path = `${base}/alert-destinations/${encodeURIComponent(id)}/secret`;
  const { data, error, refresh } = useLive<AlertSecret>(path, (signal) => fetchJson(path, { signal }), null);
  const rotation = useConfirmedChange(
    { method: 'POST', path, done: `${id} has a new secret.`, onSaved: refresh },
    { isReady: data !== undefined },
  );
  return (
    <div ref={box} class="worst section" role="group" aria-label={`Secret of ${id}`} tabIndex={-1}>
      <h3>Secret of {id}</h3>
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data && <Secret secret={data.secret} />}
      {data?.previous_secret && data.previous_valid_until !== null && (
        <p>
          Until {dateTime(data.previous_valid_until, zone)} the one before signs too:{' '}
          <code>{data.previous_secret}</code>
        </p>
      )}
      <p class="faint">
        The receiver checks the header webhook-signature with it, as the Standard Webhooks specification says.
      </p>
      <form class="actions" onSubmit={rotation.submit}>
        {rotation.isConfirming && (
          <span>
            For a day this secret and the new one sign, then only the new one.
            {data?.previous_secret && ' The one before this stops signing at once.'}
          </span>
        )}
        <button type="submit" disabled={data === undefined || rotation.isSaving}>
          {rotation.isConfirming ? 'Make a new secret' : 'New secret …'}
        </button>
        <button
          type="button"
          onClick={() => {
            if (rotation.isConfirming) rotation.cancel();
            else onClose();
          }}
        >
          {rotation.isConfirming ? 'Cancel' : 'Close'}
        </button>
      </form>
      <ChangeProblem change={rotation} />
    </div>
  );
}

function Secret({ secret }: { readonly secret: string }) {
  const [isCopied, setIsCopied] = useState(false);
  return (
    <p class="actions">
      <code>{secret}</code>
      <button
        type="button"
        onClick={() => void navigator.clipboard.writeText(secret).then(() => setIsCopied(true))}
      >
        Copy
      </button>
      <span role="status">{isCopied && 'Copied.'}</span>
    </p>
  );
}
