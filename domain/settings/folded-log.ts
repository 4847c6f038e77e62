import { bundledCatalogues } from '../catalogues/catalogues.ts';
import { bundledCatalogueJson } from '../../schemas/bundled-catalogues.ts';
import { NO_ALERTING, type Alerting } from './alerting.ts';
import type { HeldCatalogues } from './apply-catalogue.ts';
import type { HeldOrg } from './held-org.ts';
import type { Outcome } from './outcome.ts';
import { SharedMap } from './shared-map.ts';

/** The changes of an organisation, or of the catalogues, as a linked list from the last one back. */
interface Chain {
  /** When the last change was recorded, epoch milliseconds. */
  readonly recordedAt: number;
  /** Undefined for the changes before a snapshot: the log has them. */
  readonly last: Outcome | undefined;
  readonly before: Chain | undefined;
}

/** The result of folding the log. Modified only while its SettingsState is under construction. */
export interface FoldedLog {
  nextOffset: number;
  /** The offset from which on the outcomes of changes are known: that of the snapshot, or 0. */
  readonly outcomesFrom: number;
  /** The changes applied so far, repeated and rejected ones included. */
  logRows: number;
  held: HeldCatalogues;
  /** What the platform has set about alerts. */
  alerting: Alerting;
  readonly orgs: SharedMap<HeldOrg>;
  /** By change id. */
  readonly outcomes: SharedMap<Outcome>;
  /** By organisation, '' for the catalogues. */
  readonly chains: SharedMap<Chain>;
}

/** The state before the first change: no organisations, and the catalogues of the release. */
export function emptyFold(): FoldedLog {
  const held = { json: bundledCatalogueJson(), catalogues: bundledCatalogues() };
  return {
    nextOffset: 0,
    outcomesFrom: 0,
    logRows: 0,
    held,
    alerting: NO_ALERTING,
    orgs: SharedMap.empty(),
    outcomes: SharedMap.empty(),
    chains: SharedMap.empty(),
  };
}

/** A copy that can be modified without changing the original. */
export function copyOf(folded: FoldedLog): FoldedLog {
  return {
    ...folded,
    orgs: folded.orgs.copy(),
    outcomes: folded.outcomes.copy(),
    chains: folded.chains.copy(),
  };
}
