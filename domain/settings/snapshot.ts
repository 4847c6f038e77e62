import { parseCatalogues } from '../catalogues/catalogues.ts';
import type { CatalogueJson } from './apply-catalogue.ts';
import { emptyFold, type FoldedLog } from './folded-log.ts';
import { HeldOrg } from './held-org.ts';
import { packAlerting, unpackAlerting } from './packed-org.ts';

/** A state without the outcomes of its changes: what a start needs. Data that can be stored. */
export interface Snapshot {
  readonly nextOffset: number;
  /** The changes of the log below nextOffset, repeated and rejected ones included. */
  readonly logRows: number;
  readonly catalogues: CatalogueJson;
  readonly orgs: readonly SnapshotOrg[];
}

/** An organisation, or '' for the catalogues. */
export interface SnapshotOrg {
  readonly orgId: string;
  /** When its last change was recorded, epoch milliseconds: no later change is recorded before it. */
  readonly recordedAt: number;
  /** packOrg, of the catalogues packAlerting; '' for an organisation whose changes were all rejected. */
  readonly packed: string;
}

export function snapshotOf(folded: FoldedLog): Snapshot {
  const ids = new Set([...folded.orgs.keys(), ...folded.chains.keys()]);
  return {
    nextOffset: folded.nextOffset,
    logRows: folded.logRows,
    catalogues: folded.held.json,
    orgs: [...ids].map((orgId) => ({
      orgId,
      recordedAt: folded.chains.get(orgId)?.recordedAt ?? 0,
      packed: orgId === '' ? packAlerting(folded.alerting) : (folded.orgs.get(orgId)?.packed ?? ''),
    })),
  };
}

/** @throws InvalidCatalogueError */
export function foldedFrom({ nextOffset, logRows, catalogues, orgs }: Snapshot): FoldedLog {
  const folded: FoldedLog = {
    ...emptyFold(),
    nextOffset,
    outcomesFrom: nextOffset,
    logRows,
    held: { json: catalogues, catalogues: parseCatalogues(catalogues) },
  };
  for (const { orgId, recordedAt, packed } of orgs) {
    folded.chains.set(orgId, { recordedAt, last: undefined, before: undefined });
    if (orgId === '') folded.alerting = unpackAlerting(packed);
    else if (packed !== '') folded.orgs.set(orgId, HeldOrg.packed(orgId, packed));
  }
  return folded;
}
