import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that is only appended to, as the spool needs it. Every method rejects with the system's error. */
export interface AppendFile {
  /** Writes all of the bytes at an offset. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** Resolves when what was written is on the disk. After a failure nothing is known of what was written since. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Creates a file whose name is on the disk. */
export type CreateFile = (path: string) => Promise<AppendFile>;

export const createFile: CreateFile = async (path) => {
  const file = await open(path, 'w', 0o600);
  try {
    await syncDirectory(dirname(path));
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    write: async (bytes, offset) => {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
    },
    sync: () => file.datasync(),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    close: () => file.close(),
  };
};

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
