import type { ApiError } from '../state/api-error.ts';
import { address, hrefOf, param } from '../state/address.ts';
import { problemText } from '../state/problem-text.ts';
import { session } from '../state/session.ts';
import { Link } from './link.tsx';

/** A placeholder while the first figures load. It is as high as they will be, so that nothing jumps. */
export function Loading({ height = 240 }: { readonly height?: number }) {
  return (
    <div class="card loading" style={{ minHeight: `${height}px` }} role="status">
      <span class="sr-only">Loading …</span>
    </div>
  );
}

/** Says why something is not shown, and offers a way on. */
export function ProblemNotice({
  error,
  onRetry,
}: {
  readonly error: ApiError;
  readonly onRetry?: () => void;
}) {
  const { title, detail } = problemText(error);
  return (
    <div class="card notice is-error" role="alert">
      <p>
        <b>{title}</b> {detail}
      </p>
      <div class="actions">
        <WayBack error={error} />
        {onRetry && !error.isPermanent && (
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}

function WayBack({ error }: { readonly error: ApiError }) {
  const { path } = address.value;
  const org = param('org');
  const [own] = session.value?.orgIds ?? [];
  if (error.type === 'unknown-org' && org !== '') {
    return own === undefined ? (
      <Link href={path}>Choose another organisation</Link>
    ) : (
      <Link href={`${path}?org=${encodeURIComponent(own)}`}>Go to {own}</Link>
    );
  }
  if (error.type === 'range-too-long') {
    return <Link href={hrefOf(path, RANGE_PARAMS)}>Show the default range</Link>;
  }
  if (error.type === 'invalid-request') {
    return <Link href={org === '' ? path : `${path}?org=${encodeURIComponent(org)}`}>Reset this page</Link>;
  }
  return null;
}

const RANGE_PARAMS = { range: null, from: null, to: null, days_from: null, days_to: null, cursor: null };
