import type { FoldedOrg } from './folded-org.ts';
import { packOrg, unpackOrg } from './packed-org.ts';

/** An organisation of a state. One from a snapshot stays packed until its first use: most are never used. */
export class HeldOrg {
  readonly #orgId: string;
  #packed: string | undefined;
  #org: FoldedOrg | undefined;

  private constructor(orgId: string, packed: string | undefined, org: FoldedOrg | undefined) {
    this.#orgId = orgId;
    this.#packed = packed;
    this.#org = org;
  }

  static folded(org: FoldedOrg): HeldOrg {
    return new HeldOrg(org.orgId, undefined, org);
  }

  static packed(orgId: string, packed: string): HeldOrg {
    return new HeldOrg(orgId, packed, undefined);
  }

  /** @throws DamagedSnapshotError */
  get org(): FoldedOrg {
    this.#org ??= unpackOrg(this.#orgId, this.#packed ?? '');
    this.#packed = undefined;
    return this.#org;
  }

  get packed(): string {
    return this.#packed ?? packOrg(this.org);
  }
}
