import { SmallDisk } from './small-disk.ts';

/** The file systems of shards and brokers, by their names; none where this machine does not allow it. */
export class Disks {
  readonly #disks = new Map<string, SmallDisk>();

  /** Mounts one. @param directory of what it is for. @returns undefined where this machine does not allow it */
  readonly mount = async (name: string, directory: string): Promise<SmallDisk | undefined> => {
    const disk = await SmallDisk.mount(directory);
    if (disk) this.#disks.set(name, disk);
    return disk;
  };

  /** The same. @returns the command that runs a process on it */
  readonly within = async (name: string, directory: string): Promise<readonly string[]> =>
    (await this.mount(name, directory))?.within ?? [];

  /** Whether none is mounted. */
  get isEmpty(): boolean {
    return this.#disks.size === 0;
  }

  of(name: string): SmallDisk | undefined {
    return this.#disks.get(name);
  }

  /** When the processes on them have ended. */
  async unmount(): Promise<void> {
    await Promise.all([...this.#disks.values()].map((disk) => disk.unmount()));
  }
}
