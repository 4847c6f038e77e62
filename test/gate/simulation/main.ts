/**
 * A day of calls through leases, in simulated time: `deploy/node.sh test/gate/simulation/main.ts [SEED]`. Organisations
 * come to their limits, 20 API servers share each, servers and gates are killed. Prints the table of docs/limits.md.
 */
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { randomOf } from '../../random.ts';
import { sampleDay, skewedDay, type OrgLoad } from './load.ts';
import { SimulatedOrg, type Figures } from './org.ts';

const SERVERS = 20;
const TICK_MS = 500;
/** Each organisation's gate is killed eight times in the day, and a server of it every hour. */
const GATE_KILLED_EVERY_MS = 3 * HOUR_MS;
const SERVER_KILLED_EVERY_MS = HOUR_MS;

const random = randomOf(Number(process.argv[2] ?? 1));
const results = [
  run('a day of the sample log', sampleDay()),
  run('a skewed synthetic day', skewedDay(random, 8, 400_000)),
];
print(
  '| load | organisations | calls | wanted / limit | admitted / limit | most in 24 h / limit | rejected though there was room | decisions/s | p50 | p99 |',
);
print('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const line of results) print(line);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function run(name: string, loads: readonly OrgLoad[]): string {
  const all: Figures[] = [];
  const times: number[] = [];
  for (const load of loads) {
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
    all.push(org.figures);
    for (const time of org.times) times.push(time);
  }
  for (const { org, limit, most } of all) {
    if (most > limit) throw new Error(`${org} admitted ${most} of ${limit} credits in 24 hours`);
  }
  const sum = (field: 'limit' | 'wanted' | 'admitted' | 'ideal'): number =>
    all.reduce((total, figures) => total + figures[field], 0);
  const share = (credits: number): string => `${((100 * credits) / sum('limit')).toFixed(2)} %`;
  const highest = Math.max(...all.map(({ most, limit }) => most / limit));
  times.sort((one, other) => one - other);
  const at = (part: number): string =>
    `${(1_000 * (times[Math.floor(part * times.length)] ?? 0)).toFixed(1)} µs`;
  const perSecond = Math.round((1_000 * times.length) / times.reduce((total, time) => total + time, 0));
  return `| ${[
    name,
    all.length,
    times.length.toLocaleString('en'),
    share(sum('wanted')),
    share(sum('admitted')),
    `${(100 * highest).toFixed(2)} %`,
    `${(100 * (1 - sum('admitted') / sum('ideal'))).toFixed(2)} %`,
    perSecond.toLocaleString('en'),
    at(0.5),
    at(0.99),
  ].join(' | ')} |`;
}
