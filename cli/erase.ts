/** `npm run erase`: erases persons. */
import { runCommand } from '../platform/command-line/command.ts';
import { eraseCommand } from './erase-command.ts';

await runCommand((args) => eraseCommand(args, process.env));
