import { isCatalogueName } from '../catalogues/catalogues.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { applyAlerting, isAlertingKind } from './apply-alerting.ts';
import { applyCatalogueChange } from './apply-catalogue.ts';
import { applyOrgChange, orgWithoutDays } from './apply-org.ts';
import { assertAuditFields, effectiveAt } from './change-rules.ts';
import type { FoldedLog } from './folded-log.ts';
import { foldedOf } from './folded-org.ts';
import { HeldOrg } from './held-org.ts';
import type { OrgHistory } from './org-history.ts';
import { rejectedChange, SettingsRejectedError } from './rejected-change.ts';

/** What an organisation has that is not in the log; undefined for nothing. */
export type Assumed = (orgId: string) => OrgHistory | undefined;

/**
 * Applies the next change of the log. Of two changes under one id the first counts.
 * @param applied ids of changes that are applied already, before outcomesFrom
 */
export function applyChange(
  folded: FoldedLog,
  assumed: Assumed,
  logged: LoggedChange,
  applied: ReadonlySet<string>,
): void {
  const { outcomes, chains } = folded;
  folded.nextOffset = logged.offset + 1;
  folded.logRows += 1;
  if (outcomes.has(logged.change_id) || applied.has(logged.change_id)) return;
  const before = chains.get(logged.org_id);
  // D: the order of the log decides even where a broker's clock went back: no change is recorded before an earlier one.
  const change = {
    ...logged,
    appended_at: Math.max(logged.appended_at, before?.recordedAt ?? 0),
  };
  const rejection = make(folded, assumed, change);
  if (rejection) keepOrg(folded, change, rejection);
  const outcome = { change, effectiveAt: effectiveAt(change), ...(rejection && { rejection }) };
  outcomes.set(change.change_id, outcome);
  chains.set(change.org_id, { recordedAt: change.appended_at, last: outcome, before });
}

/** Makes the change, or returns why it is rejected. */
function make(folded: FoldedLog, assumed: Assumed, change: LoggedChange): SettingsRejectedError | undefined {
  try {
    decide(folded, assumed, change)();
    return undefined;
  } catch (error) {
    if (error instanceof SettingsRejectedError) return error;
    // No record may end the fold: that would end every answer and every close of every organisation.
    const cause = error instanceof Error ? error.message : String(error);
    return rejectedChange('not-applicable', '', `the change cannot be applied: ${cause}`);
  }
}

function keepOrg({ orgs }: FoldedLog, change: LoggedChange, rejection: SettingsRejectedError): void {
  const org = orgWithoutDays(orgs.get(change.org_id)?.org, change, rejection);
  if (org) orgs.set(change.org_id, HeldOrg.folded(org));
}

/** Checks a change and returns the function that makes it. @throws SettingsRejectedError */
export function decide(folded: FoldedLog, assumed: Assumed, change: LoggedChange): () => void {
  const { kind, org_id } = change;
  assertAuditFields(change);
  if (isCatalogueName(kind)) {
    const held = applyCatalogueChange(folded.held, change, kind);
    return () => (folded.held = held);
  }
  if (org_id === '' && isAlertingKind(kind)) {
    const alerting = applyAlerting(folded.alerting, change);
    return () => (folded.alerting = alerting);
  }
  const before = assumed(org_id);
  const org = applyOrgChange(
    folded.orgs.get(org_id)?.org,
    before && foldedOf(before),
    change,
    folded.held.catalogues,
  );
  return () => folded.orgs.set(org_id, HeldOrg.folded(org));
}
