/** `npm run backup`: writes what cannot be computed again to files. */
import { runCommand } from '../platform/command-line/command.ts';
import { backupCommand } from './backup/backup-command.ts';

await runCommand((args) => backupCommand(args, process.env));
