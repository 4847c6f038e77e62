import type { Credits, Returning } from '../answers.ts';
import { counted, duration, number, time } from '../formats.ts';

/** When used credits leave the rolling 24 hours, and when credits run out at the current pace. */
export function ReturningPanel({
  returning,
  credits,
  zone,
}: {
  readonly returning: Returning;
  /** As of the same moment. */
  readonly credits: Credits;
  readonly zone: string;
}) {
  const { returning: rows } = returning;
  const most = Math.max(1, ...rows.map((row) => row.credits));
  const next = rows.find((row) => row.credits > 0);
  const sum = rows.reduce((total, row) => total + row.credits, 0);
  return (
    <section class="card" aria-labelledby="returning-title">
      <header class="card-head">
        <h2 id="returning-title">Outlook</h2>
      </header>
      <Outlook returning={returning} credits={credits} zone={zone} />
      <h3>Credits returning</h3>
      <ol class="returning" aria-label="Credits returning per hour">
        {rows.map(({ from, to, credits: back }) => (
          <li key={from} title={`${time(from, zone)} – ${time(to, zone)}: ${number(back)} credits return`}>
            <span style={{ height: `${(back / most) * 100}%` }} />
            <span class="sr-only">
              {time(from, zone)} to {time(to, zone)}: {number(back)}
            </span>
          </li>
        ))}
      </ol>
      <p class="returning-scale" aria-hidden="true">
        <span>now</span>
        <span>in 12 h</span>
        <span>in 24 h</span>
      </p>
      <p class="faint returning-foot">
        {next === undefined
          ? 'No credits are in use, so none return.'
          : `${counted(next.credits, 'credit')} ${next.credits === 1 ? 'returns' : 'return'} by ${time(next.to, zone)}, all ${number(sum)} within 24 hours.`}
      </p>
    </section>
  );
}

/** When credits run out, or when the first ones return. */
function Outlook({ returning, credits, zone }: Parameters<typeof ReturningPanel>[0]) {
  const { returning: rows, pace_per_hour: pace, runs_out_at: runsOut, as_of } = returning;
  if (credits.unused === 0) {
    let back = -credits.over_limit;
    const first = rows.find((row) => (back += row.credits) > 0);
    return (
      <p class="outlook is-full">
        No credits left
        <small>
          {first && `Without further calls, credits are available again by ${time(first.to, zone)}`}
        </small>
      </p>
    );
  }
  return (
    <p class={runsOut === null ? 'outlook' : 'outlook warn'}>
      {runsOut === null
        ? 'Credits will not run out within 24 hours'
        : `Credits will run out at ${time(runsOut, zone)}, in ${duration(Date.parse(runsOut) - Date.parse(as_of))}`}
      <small>
        {pace === 0
          ? 'No credits were used in the last hour'
          : `at the last hour’s pace of ${counted(pace, 'credit')} an hour`}
      </small>
    </p>
  );
}
