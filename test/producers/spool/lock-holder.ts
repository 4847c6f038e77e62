/** A process that holds the lock of a spool until it is killed: `node lock-holder.ts DIRECTORY`. */
import { lockDirectory } from '../../../producers/spool/directory-lock.ts';

const [, , directory = '', id = ''] = process.argv;
await lockDirectory(directory, id);
process.stdout.write('held\n');
setInterval(() => undefined, 60_000);
