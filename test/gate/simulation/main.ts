import { failCommand } from '../../../platform/command-line/command.ts';
import { Options } from '../../../platform/command-line/options.ts';
import { randomOf } from '../../random.ts';
import { simulateDay, type Day } from './day.ts';
import { sampleDay, skewedDay, type OrgLoad } from './load.ts';

const USAGE = `npm run simulate [-- --seed N]

Runs a day of calls through the ledger, the leases and the clients of the gate as they are, in simulated time.
Organisations come to their limits, 20 API servers share each, a server is killed every hour and the gate every three
hours. Prints the table of docs/limits.md. The same seed gives the same calls and faults (1); the times are those of
this machine. Exit code 1 where more is admitted in any 24 hours than the limit. It takes a minute or two.`;

const ORGS = 8;
const CALLS_OF_LARGEST = 400_000;
const COLUMNS = [
  'load',
  'organisations',
  'calls',
  'wanted / limit',
  'admitted / limit',
  'most in 24 h / limit',
  'rejected though there was room',
  'decisions/s',
  'p50',
  'p99',
];

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  main(process.argv.slice(2));
} catch (error) {
  failCommand(error);
}

function main(args: readonly string[]): void {
  const given = new Options(USAGE, { seed: 'string' }, args);
  if (given.has('help')) return print(USAGE);
  const seed = given.integer('seed') ?? 1;
  const random = randomOf(seed);
  const loads: (readonly [string, () => OrgLoad[]])[] = [
    ['a day of the sample log', sampleDay],
    ['a skewed synthetic day', () => skewedDay(random, ORGS, CALLS_OF_LARGEST)],
  ];
  progress(`seed ${seed}`);
  const rows = loads.map(([name, load]) => {
    const orgs = load();
    return rowOf(
      name,
      simulateDay(orgs, random, (done) => progress(`${name}: ${done} of ${orgs.length} organisations`)),
    );
  });
  print(lineOf(COLUMNS));
  print(lineOf(COLUMNS.map(() => '---')));
  for (const row of rows) print(lineOf(row));
}

const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** @throws where more was admitted than a limit */
function rowOf(name: string, { orgs, timesMs }: Day): string[] {
  for (const { org, limit, most } of orgs) {
    if (most > limit) throw new Error(`${org} admitted ${most} of ${limit} credits in 24 hours`);
  }
  const sum = (field: 'limit' | 'wanted' | 'admitted' | 'ideal'): number =>
    orgs.reduce((total, figures) => total + figures[field], 0);
  const at = (part: number): string =>
    `${(1_000 * (timesMs[Math.floor(part * timesMs.length)] ?? 0)).toFixed(1)} µs`;
  const tookMs = timesMs.reduce((total, time) => total + time, 0);
  return [
    name,
    String(orgs.length),
    timesMs.length.toLocaleString('en'),
    percent(sum('wanted') / sum('limit')),
    percent(sum('admitted') / sum('limit')),
    percent(Math.max(...orgs.map(({ most, limit }) => most / limit))),
    percent(1 - sum('admitted') / sum('ideal')),
    Math.round((1_000 * timesMs.length) / tookMs).toLocaleString('en'),
    at(0.5),
    at(0.99),
  ];
}
