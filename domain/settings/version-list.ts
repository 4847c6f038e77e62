import type { Version, Versions } from './org-history.ts';

/**
 * An append-only history as a linked list from the last version back. Adding a version copies nothing and leaves the
 * list unchanged, so folding a log takes time in proportion to its length; the array that readers need is built at
 * its first use.
 */
export class VersionList<T> {
  readonly last: Version<T>;
  readonly #before: VersionList<T> | undefined;
  /** The instant at which the first of the versions takes effect, epoch milliseconds. */
  readonly earliest: number;
  /** The version that takes effect last; of several the one that was recorded last. */
  readonly latest: Version<T>;
  #versions: Versions<T> | undefined;

  private constructor(last: Version<T>, before: VersionList<T> | undefined) {
    this.last = last;
    this.#before = before;
    this.earliest = Math.min(last.effectiveAt, before?.earliest ?? Infinity);
    this.latest = before && before.latest.effectiveAt > last.effectiveAt ? before.latest : last;
  }

  static of<T>(versions: Versions<T>): VersionList<T> | undefined {
    let list: VersionList<T> | undefined;
    for (const version of versions) list = new VersionList(version, list);
    return list;
  }

  /**
   * The list with one more version; the list itself where the version changes nothing. That is only known of a version
   * that takes effect at once: every later one takes effect at the same instant or later. One that is planned for later
   * with the value of today confirms that value against changes in between.
   */
  static add<T>(list: VersionList<T> | undefined, version: Version<T>): VersionList<T> {
    if (list !== undefined && version.effectiveAt === version.recordedAt) {
      const { latest } = list;
      if (latest.effectiveAt <= version.effectiveAt && latest.value === version.value) return list;
    }
    return new VersionList(version, list);
  }

  /** In the order in which they were recorded. The same array each time, until a longer list has been read. */
  get versions(): Versions<T> {
    return (this.#versions ??= versionsOf(this, (list) => list.#takeVersions()));
  }

  /** Gives up the array: were each list of a history to keep its own, they would take the square of its length. */
  #takeVersions(): {
    readonly versions: Versions<T> | undefined;
    readonly before: VersionList<T> | undefined;
  } {
    const versions = this.#versions;
    this.#versions = undefined;
    return { versions, before: this.#before };
  }
}

/** The array of a list: that of a shorter one, where there is any, and what was added to it since. */
function versionsOf<T>(
  list: VersionList<T>,
  take: (list: VersionList<T>) => {
    readonly versions: Versions<T> | undefined;
    readonly before: VersionList<T> | undefined;
  },
): Versions<T> {
  const added: Version<T>[] = [];
  for (let next: VersionList<T> | undefined = list; next !== undefined;) {
    const { versions, before } = take(next);
    if (versions !== undefined) return [...versions, ...added.toReversed()];
    added.push(next.last);
    next = before;
  }
  return added.toReversed();
}
