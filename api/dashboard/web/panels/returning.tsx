import type { Credits, Returning } from '../answers.ts';
import { duration, number, time } from '../formats.ts';

/** What leaves the rolling 24 hours next, and when nothing is left at the present pace. */
export function ReturningPanel({
  returning,
  credits,
  zone,
}: {
  readonly returning: Returning;
  /** Of the same moment. */
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
        <h2 id="returning-title">What comes next</h2>
      </header>
      <Outlook returning={returning} credits={credits} zone={zone} />
      <h3>Credits returning</h3>
      <ol class="returning" aria-label="Credits that leave the 24 hours, hour by hour">
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
          ? 'Nothing is in use, so nothing returns.'
          : `${number(next.credits)} credits return by ${time(next.to, zone)}, all ${number(sum)} within 24 hours.`}
      </p>
    </section>
  );
}

/** When the last credit goes, or when the first one is back. */
function Outlook({ returning, credits, zone }: Parameters<typeof ReturningPanel>[0]) {
  const { returning: rows, pace_per_hour: pace, runs_out_at: runsOut, as_of } = returning;
  if (credits.unused === 0) {
    let back = -credits.over_limit;
    const first = rows.find((row) => (back += row.credits) > 0);
    return (
      <p class="outlook is-full">
        No credits are left
        <small>{first && `without further calls some are back by ${time(first.to, zone)}`}</small>
      </p>
    );
  }
  return (
    <p class={runsOut === null ? 'outlook' : 'outlook warn'}>
      {runsOut === null
        ? 'Credits do not run out within 24 hours'
        : `Credits run out at ${time(runsOut, zone)}, in ${duration(Date.parse(runsOut) - Date.parse(as_of))}`}
      <small>at the last hour’s pace of {number(pace)} credits an hour</small>
    </p>
  );
}
