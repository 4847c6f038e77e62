import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import type { OrgLoad } from './load.ts';
import { SimulatedOrg, type Figures } from './org.ts';

const SERVERS = 20;
const TICK_MS = 500;
/** Each organisation's gate is killed eight times in the day, and a server of it every hour. */
const GATE_KILLED_EVERY_MS = 3 * HOUR_MS;
const SERVER_KILLED_EVERY_MS = HOUR_MS;

/** A day of some organisations. */
export interface Day {
  readonly orgs: readonly Figures[];
  /** How long each decision took, ascending, in milliseconds. */
  readonly timesMs: Float64Array;
}

/** @param onOrg is called after each organisation */
export function simulateDay(
  loads: readonly OrgLoad[],
  random: () => number,
  onOrg: (done: number) => void = () => undefined,
): Day {
  const timesMs: number[] = [];
  const orgs = loads.map((load, index) => {
    const org = new SimulatedOrg(load, SERVERS, random);
    let next = 0;
    for (let now = 0; now < DAY_MS; now += TICK_MS) {
      org.advance(now);
      for (let call = load.calls[next]; call && call.at < now + TICK_MS; call = load.calls[next]) {
        org.call(call, Math.max(now, Math.floor(call.at)));
        next += 1;
      }
      if (now % SERVER_KILLED_EVERY_MS === 0) org.killServer(now);
      if (now % GATE_KILLED_EVERY_MS === GATE_KILLED_EVERY_MS / 2) org.killGate(now);
    }
    for (const time of org.times) timesMs.push(time);
    onOrg(index + 1);
    return org.figures;
  });
  return { orgs, timesMs: Float64Array.from(timesMs).toSorted() };
}
