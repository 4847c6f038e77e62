import { isOf, isPseudonymLike, probeOf, pseudonymOf, type Erasure } from './erasure.ts';

/** Finds the calls of erased persons. */
export class ErasedUsers {
  readonly #erasures: readonly Erasure[];
  readonly #byProbe: ReadonlyMap<number, readonly Erasure[]>;

  /** @param erasures in the order in which they were recorded: of two that cover a call the first counts */
  constructor(erasures: readonly Erasure[]) {
    this.#erasures = erasures;
    this.#byProbe = Map.groupBy(erasures, ({ probe }) => probe);
  }

  get isEmpty(): boolean {
    return this.#byProbe.size === 0;
  }

  /** False for almost every user whose id is not erased. */
  mayHave(userId: Uint8Array): boolean {
    return this.#byProbe.has(probeOf(userId)) || isPseudonymLike(userId);
  }

  /**
   * The user id of an erased call. A call may have it already: of a dead letter that could not be read, only the user id
   * was replaced.
   * @param at when the call occurred, epoch milliseconds
   * @returns undefined where the call is not erased
   */
  pseudonymOf(orgId: string, userId: Uint8Array, at: number): string | undefined {
    const found = this.#byProbe
      .get(probeOf(userId))
      ?.find(
        (erasure) =>
          (erasure.org_id === '' || erasure.org_id === orgId) && at < erasure.cut && isOf(erasure, userId),
      );
    if (found) return pseudonymOf(found, orgId);
    if (!isPseudonymLike(userId)) return undefined;
    const text = Buffer.from(userId).toString('latin1');
    return this.#erasures.some((erasure) => pseudonymOf(erasure, orgId) === text) ? text : undefined;
  }
}
