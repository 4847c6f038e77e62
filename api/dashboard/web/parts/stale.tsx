import { failingSince } from '../state/live.ts';
import { timeToSecond } from '../formats.ts';

/** Says that what is shown is not of now: the last figures stay, and reading goes on. */
export function StaleNotice({ zone }: { readonly zone: string }) {
  const since = failingSince.value;
  return (
    <div class="stale" role="status" aria-live="polite">
      {since > 0 && (
        <p>
          <b>Not up to date.</b> Nothing could be read since {timeToSecond(since, zone)}: what you see is
          older. Trying again …
        </p>
      )}
    </div>
  );
}
