import type { ApiError } from '../state/client.ts';

/** While the first figures are on their way: as high as what comes, so that nothing jumps. */
export function Loading({ height = 240 }: { readonly height?: number }) {
  return (
    <div class="card loading" style={{ minHeight: `${height}px` }} role="status">
      <span class="sr-only">Reading …</span>
    </div>
  );
}

/** An answer that says no: what the API says, and that trying again may help. */
export function Refused({ error, onRetry }: { readonly error: ApiError; readonly onRetry?: () => void }) {
  return (
    <div class="card notice is-error" role="alert">
      <p>
        <b>{error.status === 403 ? 'This is not yours to see.' : 'This could not be shown.'}</b>{' '}
        {error.message}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
