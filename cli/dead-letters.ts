/** `npm run letters`: lists, reads, exports, checks and replays dead letters. */
import { runCommand } from '../platform/command-line/command.ts';
import { deadLetterCommand } from './dead-letter-command.ts';

await runCommand((args) => deadLetterCommand(args, process.env));
