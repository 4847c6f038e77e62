import { SmallDisk } from './small-disk.ts';

/** The file systems of shards, by their names; none where this machine does not allow it. */
export class Disks {
  readonly #disks = new Map<string, SmallDisk>();

  /** Mounts the one of a shard. @returns the command that runs the shard on it */
  readonly within = async (name: string, directory: string): Promise<readonly string[]> => {
    const disk = await SmallDisk.mount(directory);
    if (disk === undefined) return [];
    this.#disks.set(name, disk);
    return disk.within;
  };

  /** Whether none is mounted. */
  get isEmpty(): boolean {
    return this.#disks.size === 0;
  }

  of(name: string): SmallDisk | undefined {
    return this.#disks.get(name);
  }

  /** When the shards have ended. */
  async unmount(): Promise<void> {
    await Promise.all([...this.#disks.values()].map((disk) => disk.unmount()));
  }
}
