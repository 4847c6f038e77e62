import { once } from 'node:events';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { SpoolInUseError } from './errors.ts';
import { hasErrorCode } from './error-code.ts';

/**
 * Takes the lock of a directory, which at most one publisher on a machine holds.
 *
 * The lock is a listening Unix socket. The kernel closes it however its process ends, and a process in another
 * container can still ask, where a process id would say nothing. The socket is made in a draft directory, which is
 * then renamed to `lock`: that succeeds only while `lock` is missing or empty, so of several processes exactly one
 * succeeds. To take over from a process that is gone, its socket is removed first. The socket's name is its holder's
 * alone, so a process that stalls before the removal cannot remove a new holder's.
 * @param id 8 characters that no other lock has
 * @returns what releases the lock
 * @throws SpoolInUseError, or the system's error
 */
export async function lockDirectory(directory: string, id: string): Promise<() => Promise<void>> {
  const lock = join(directory, 'lock');
  const draft = join(directory, `lock.${id}`);
  await mkdir(draft, { mode: 0o700 });
  let server: Server | undefined;
  try {
    server = await listen(join(draft, id));
    while (!(await isDone(rename(draft, lock), ['ENOTEMPTY', 'EEXIST']))) {
      for (const other of await readdir(lock)) {
        if (await isListening(join(lock, other))) throw new SpoolInUseError(directory);
        await rm(join(lock, other), { force: true });
      }
    }
  } catch (error) {
    server?.close();
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  const held = server;
  return async () => {
    held.close();
    await rm(join(lock, id), { force: true });
    // Only for tidiness: an empty directory is as free as none.
    await isDone(rmdir(lock), ['ENOENT', 'ENOTEMPTY', 'EEXIST']);
  };
}

async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  // Exclusive: a worker of node:cluster listens itself, and not its primary for all of them.
  server.listen({ path, exclusive: true });
  await once(server, 'listening');
  // A connection that could not be accepted (no file descriptors) still shows that the lock is held.
  server.on('error', () => undefined);
  return server.unref();
}

/** Whether a process listens there. Only ECONNREFUSED and ENOENT say that none does. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true));
    socket.once('error', (error) =>
      resolve(!hasErrorCode(error, 'ECONNREFUSED') && !hasErrorCode(error, 'ENOENT')),
    );
    socket.once('connect', () => socket.destroy());
  });
}

/** @returns false where the step failed with one of the codes */
async function isDone(step: Promise<void>, codes: readonly string[]): Promise<boolean> {
  try {
    await step;
    return true;
  } catch (error) {
    if (codes.some((code) => hasErrorCode(error, code))) return false;
    throw error;
  }
}
