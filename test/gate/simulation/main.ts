import { failCommand } from '../../../platform/command-line/command.ts';
import { Options } from '../../../platform/command-line/options.ts';
import { randomOf } from '../../random.ts';
import { simulateDay } from './day.ts';
import { sampleDay, skewedDay, type OrgLoad } from './load.ts';
import { rowOf, tableOf } from './table.ts';

const USAGE = `npm run simulate [-- --seed N]

Runs a day of calls through the ledger, the leases and the clients of the gate as they are, in simulated time.
Organisations come to their limits, 20 API servers share each, a server is killed every hour and the gate every three
hours. Prints the table of docs/limits.md. The same seed gives the same calls and faults (1); the times are those of
this machine. Exit code 1 where more is admitted in any 24 hours than the limit. It takes a minute or two.`;

const ORGS = 8;
const CALLS_OF_LARGEST = 400_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

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
  for (const line of tableOf(rows)) print(line);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  failCommand(error);
}
