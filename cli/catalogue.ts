/** `npm run catalogue`: shows the catalogues of editions, prices and costs, and adds versions. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { outcomeLine } from './audit-options.ts';
import { CATALOGUE_USAGE, readCatalogueArguments } from './catalogue-arguments.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { withSettings } from './settings-recorder.ts';

await runCommand(async (args) => {
  // npm changes to the project's folder; a relative FILE is relative to where the user called npm.
  const command = readCatalogueArguments(args, (file) =>
    readFileSync(isAbsolute(file) ? file : join(process.env['INIT_CWD'] ?? process.cwd(), file), 'utf8'),
  );
  if (command.action === 'help') return CATALOGUE_USAGE;
  if (command.action === 'show') {
    const { catalogue } = command;
    return withSettings(async (settings) =>
      JSON.stringify((await settings.refresh()).catalogueJson[catalogue], null, 2),
    );
  }
  const { change } = command;
  return withSettings(async (settings) => outcomeLine(change.kind, await settings.record(change)));
});
