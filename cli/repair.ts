/** `npm run repair`: shows the differences that reconciliation has found and, with --apply, repairs what it can. */
import { recheck, repair, type Repair } from '../aggregator/reconciliation/repair.ts';
import { formatInstant } from '../domain/instants.ts';
import { connectNodes } from '../platform/clickhouse/connect.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { DIFFERENCES } from '../store/reconciliation/difference.ts';
import { readOpenDifferences, type OpenDifference } from '../store/reconciliation/found.ts';
import { readKeptEvents } from '../store/retention.ts';
import { withChargesLog } from './charges-log.ts';
import { withStack } from './stack.ts';

const USAGE = `npm run repair [-- --apply]

Shows the open differences of reconciliation (GET /v1/reconciliation, background). With --apply it seals the hours of
those in rollups and charges again from the raw events, closes their days again and copies charges to the feed, then
checks each of them again. Where the rollup knows more calls than there are events it changes nothing.

  --apply        repair; without it nothing is changed`;

await runCommand(async (args) => {
  const options = new Options(USAGE, { apply: 'boolean' }, args);
  if (options.has('help')) return USAGE;
  return withStack(async ({ config, client, settings }) => {
    const open = await readOpenDifferences(client);
    if (open.length === 0) return 'Reconciliation has no open difference.';
    const found = open.map((each) => lineOf(each)).join('\n');
    if (!options.has('apply')) return `${found}\n\nNothing was changed. Add --apply to repair.`;
    return withChargesLog(client, async (log) => {
      const nodes = connectNodes(config, 'api-credits repair');
      const closing = { client, store: { refresh: async () => settings }, log, now: Date.now };
      const repairer = { closing, nodes, settings, kept: await readKeptEvents(config) };
      try {
        const repairs: Repair[] = [];
        for (const each of open) repairs.push(await repair(repairer, each));
        const left = await recheck(
          repairer,
          repairs.filter(({ isDone }) => isDone).map(({ difference }) => difference),
        );
        return repairs.map((each) => `${lineOf(each.difference)}\n  ${outcomeOf(each, left)}`).join('\n');
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
      }
    });
  });
});

function lineOf({ name, where, expected, found, since }: OpenDifference): string {
  return `${name}: ${where}: ${expected}, found ${found} (since ${formatInstant(since)})`;
}

function outcomeOf({ difference, isDone, result }: Repair, left: readonly OpenDifference[]): string {
  if (!isDone) return result === '' ? DIFFERENCES[difference.name] : result;
  const isLeft = left.some(
    ({ unit, name, where }) =>
      unit === difference.unit && name === difference.name && where === difference.where,
  );
  return `${result}: ${isLeft ? 'it is still there' : 'gone'}`;
}
