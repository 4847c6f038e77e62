import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statfsSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Far more than a run writes. Of memory, which is used as files are written. */
const SIZE_BYTES = 2 * 2 ** 30;
/**
 * Mounts in a namespace of its own, which ends with this process. Each line that it reads is a new size, or nothing.
 * It needs no root: the user is root in the namespace alone.
 */
const HOLDER = `mount -t tmpfs -o size="$2" tmpfs "$1" && echo mounted &&
while read -r size; do mount -o remount,size="$size" tmpfs "$1" && echo "$size" || echo failed; done`;
/** Something may be written between the measuring of what is used and the new size, which it then does not fit. */
const FILL_ATTEMPTS = 50;

/** A file system of a directory that only processes `within` see, and that can be full. */
export class SmallDisk {
  readonly #holder: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #directory: string;

  private constructor(holder: ChildProcess, lines: AsyncIterator<string>, directory: string) {
    this.#holder = holder;
    this.#lines = lines;
    this.#directory = directory;
  }

  /** @returns undefined where this machine does not allow it: without namespaces for users, or not on Linux */
  static async mount(directory: string): Promise<SmallDisk | undefined> {
    mkdirSync(directory, { recursive: true });
    const holder = spawn('unshare', ['-rm', 'sh', '-c', HOLDER, 'disk', directory, String(SIZE_BYTES)], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const failed = once(holder, 'error').then(() => undefined);
    const lines = createInterface({ input: holder.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([lines.next(), failed]);
    if (first?.value !== 'mounted') return undefined;
    return new SmallDisk(holder, lines, directory);
  }

  /** The command under which a process sees the directory. */
  get within(): readonly string[] {
    return ['nsenter', '--preserve-credentials', '-U', '-m', '-t', String(this.#holder.pid), '--'];
  }

  /** Where processes outside see the directory. */
  get seenAt(): string {
    return `/proc/${this.#holder.pid}/root${this.#directory}`;
  }

  /**
   * From now on no byte more than there is can be written, or only so many.
   * @throws where what is there grows faster than it can be measured
   */
  async fill(leavingBytes = 0): Promise<void> {
    for (let attempt = 0; attempt < FILL_ATTEMPTS; attempt += 1) {
      const { blocks, bfree, bsize } = statfsSync(this.seenAt);
      if (await this.#resize((blocks - bfree) * bsize + leavingBytes)) return;
    }
    throw new Error(`the file system of ${this.#directory} could not be filled`);
  }

  /** @throws where it has not become larger */
  async release(): Promise<void> {
    if (await this.#resize(SIZE_BYTES)) return;
    throw new Error(`the file system of ${this.#directory} was not resized`);
  }

  /** When the processes within have ended. */
  async unmount(): Promise<void> {
    const exited = once(this.#holder, 'exit');
    this.#holder.stdin?.end();
    await exited;
  }

  /** @returns false where it could not: what is there must fit */
  async #resize(bytes: number): Promise<boolean> {
    this.#holder.stdin?.write(`${bytes}\n`);
    const { value } = await this.#lines.next();
    return value === String(bytes);
  }
}
