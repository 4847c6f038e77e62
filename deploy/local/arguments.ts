import { Options } from '../../platform/command-line/options.ts';
import type { Stage } from './pipeline.ts';

const MAX = 9;

export const START_USAGE = `npm start [-- --consumers N] [--apis N] [--aggregators N] [--gates N]

Starts Kafka, ClickHouse and the processes of the pipeline on this machine, and replays a sample log. The settings are
environment variables (docs/operations.md).

  --consumers N     so many consumers in one group (1); each lands a part of the partitions
  --apis N          so many APIs (1), on PORT, PORT+1, ...
  --aggregators N   so many aggregators (1); one works, the others take over when it ends
  --gates N         so many gates (0), on PORT+10, PORT+11, ...: they decide whether calls may go on`;

export type ProcessCounts = Readonly<Record<Stage, number>>;

/** How many of each process to start, or undefined for --help. @throws UsageError */
export function readStartArguments(args: readonly string[]): ProcessCounts | undefined {
  const types = { consumers: 'string', apis: 'string', aggregators: 'string', gates: 'string' } as const;
  const options = new Options(START_USAGE, types, args);
  if (options.has('help')) return undefined;
  const count = (name: keyof typeof types, least = 1): number => {
    const given = options.integer(name) ?? least;
    if (given < least || given > MAX)
      throw options.wrong(`--${name} must be ${least} to ${MAX}, not ${given}.`);
    return given;
  };
  return {
    consumer: count('consumers'),
    aggregator: count('aggregators'),
    alerts: 1,
    gate: count('gates', 0),
    api: count('apis'),
  };
}
