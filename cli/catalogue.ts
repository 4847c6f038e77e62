/** `npm run catalogue`: the edition catalogue, the price book and the cost catalogue, and their versions. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { outcomeLine } from './audit-options.ts';
import { CATALOGUE_USAGE, readCatalogueArguments } from './catalogue-arguments.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { withSettings } from './settings-recorder.ts';

await runCommand(async (args) => {
  // npm goes to the project's folder; a relative FILE is meant from where it was called.
  const command = readCatalogueArguments(args, (file) =>
    readFileSync(isAbsolute(file) ? file : join(process.env['INIT_CWD'] ?? process.cwd(), file), 'utf8'),
  );
  if (command.act === 'help') return CATALOGUE_USAGE;
  if (command.act === 'show') {
    const { catalogue } = command;
    return withSettings(async (settings) =>
      JSON.stringify((await settings.refresh()).catalogueJson[catalogue], null, 2),
    );
  }
  const { change } = command;
  return withSettings(async (settings) => outcomeLine(change.kind, await settings.record(change)));
});
