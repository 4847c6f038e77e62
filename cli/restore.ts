/** `npm run restore`: restores a backup where there is nothing yet. */
import { runCommand } from '../platform/command-line/command.ts';
import { restoreCommand } from './backup/restore-command.ts';

await runCommand((args) => restoreCommand(args, process.env));
