import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { countSample } from '../../integration/sample-count.ts';

/** A call that a client makes. */
export interface LoadedCall {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly credits: number;
}

/** An organisation's day, and the limit that it comes to. */
export interface OrgLoad {
  readonly org: string;
  readonly limit: number;
  /** Ascending. */
  readonly calls: readonly LoadedCall[];
}

/** D: a limit of three fifths of what the clients want is reached in the afternoon. */
const LIMIT_PART = 0.6;
const SMALLEST = 200;

/** The busiest day of the sample log, its organisations with enough calls to come to a limit. */
export function sampleDay(): OrgLoad[] {
  const { calls } = countSample();
  const days = Map.groupBy(calls, ({ loggedAt }) => Math.floor(loggedAt / DAY_MS));
  const [day, busiest] = [...days].toSorted(([, one], [, other]) => other.length - one.length)[0] ?? [0, []];
  return [...Map.groupBy(busiest, ({ org }) => org)].flatMap(([org, own]) => {
    const loaded = own
      .map(({ loggedAt, credits }) => ({ at: loggedAt - day * DAY_MS, credits }))
      .toSorted((one, other) => one.at - other.at);
    return loadOf(org, loaded);
  });
}

/**
 * A day of organisations of very different sizes: each wants half of what the one before does, more by day than by
 * night, in bursts, with a few calls that cost a hundred times as much as most.
 */
export function skewedDay(random: () => number, orgs: number, callsOfLargest: number): OrgLoad[] {
  return Array.from({ length: orgs }, (_, index) => {
    const calls: LoadedCall[] = [];
    const wanted = Math.ceil(callsOfLargest / 2 ** index);
    while (calls.length < wanted) {
      const hour = Math.floor(12 + 11.9 * Math.sin(Math.PI * (random() - 0.5)) * random());
      const at = Math.min(DAY_MS - 1, Math.max(0, hour * HOUR_MS + random() * HOUR_MS));
      const burst = random() < 0.1 ? Math.ceil(random() * 50) : 1;
      for (let call = 0; call < burst; call += 1) {
        calls.push({ at: at + call * 20, credits: random() < 0.02 ? 100 : Math.ceil(random() * 3) });
      }
    }
    return loadOf(
      `skewed-${index + 1}`,
      calls.toSorted((one, other) => one.at - other.at),
    );
  }).flat();
}

function loadOf(org: string, calls: readonly LoadedCall[]): OrgLoad[] {
  const wanted = calls.reduce((sum, { credits }) => sum + credits, 0);
  return wanted < SMALLEST ? [] : [{ org, limit: Math.floor(wanted * LIMIT_PART), calls }];
}
