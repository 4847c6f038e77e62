import { isOf, probeOf, pseudonymOf, type Erasure } from './erasure.ts';

/** Finds the calls of erased persons. */
export class ErasedUsers {
  readonly #byProbe: ReadonlyMap<number, readonly Erasure[]>;

  /** @param erasures in the order in which they were recorded: of two that cover a call the first counts */
  constructor(erasures: readonly Erasure[]) {
    this.#byProbe = Map.groupBy(erasures, ({ probe }) => probe);
  }

  get isEmpty(): boolean {
    return this.#byProbe.size === 0;
  }

  /** False for almost every user whose id is not erased. */
  mayHave(userId: Uint8Array): boolean {
    return this.#byProbe.has(probeOf(userId));
  }

  /** @param at when the call occurred, epoch milliseconds. @returns undefined where the call is not erased */
  pseudonymOf(orgId: string, userId: Uint8Array, at: number): string | undefined {
    const found = this.#byProbe
      .get(probeOf(userId))
      ?.find(
        (erasure) =>
          (erasure.org_id === '' || erasure.org_id === orgId) && at < erasure.cut && isOf(erasure, userId),
      );
    return found && pseudonymOf(found, orgId);
  }
}
