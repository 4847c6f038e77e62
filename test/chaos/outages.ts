import { LINKS, type Fault, type Victim } from './fault.ts';

/** A run that lasts so long brings about every alert that faults can (firing.ts). */
export const LONG_RUN_S = 200;
/** Of the run: before the first kill while inserts fail, which may hold a link for long. */
const BLIND_AT = 0.1;
const AWAY_AT = 0.18;
/** Longer than the alerts take in a run, behind another fault of the same link. */
const BLIND_MS = 8_000;
const AWAY_MS = 25_000;

/** No API can be scraped, and later none of the processes reaches ClickHouse, for long enough that someone is called. */
export function outagesOf(endMs: number): Fault[] {
  const both = (victims: readonly Victim[], kind: 'freeze' | 'cut', at: number, forMs: number): Fault[] =>
    victims.map((victim) => ({ kind, atMs: Math.round(endMs * at), forMs, victim }));
  return [
    ...both(['api', 'api-2'], 'freeze', BLIND_AT, BLIND_MS),
    ...both([LINKS[0], LINKS[1]], 'cut', AWAY_AT, AWAY_MS),
  ];
}
