import { failingSince } from '../state/live.ts';
import { timeToSecond } from '../formats.ts';

/** Says that the figures on screen are old. They stay while the dashboard keeps trying. */
export function StaleNotice({ zone }: { readonly zone: string }) {
  const since = failingSince.value;
  return (
    <div class="floating is-warning" role="status" aria-live="polite">
      {since > 0 && (
        <p>
          <b>Not up to date.</b> The API has not answered since {timeToSecond(since, zone)}, so these figures
          are older. Trying again …
        </p>
      )}
    </div>
  );
}
