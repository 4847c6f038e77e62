import { isCatalogueName, type Catalogues } from '../catalogues/catalogues.ts';
import type { OrgHistory, Versions } from './org-history.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import type { Alerting } from './alerting.ts';
import { applyAlerting, isAlertingKind } from './apply-alerting.ts';
import { applyCatalogueChange, type CatalogueJson } from './apply-catalogue.ts';
import { applyOrgChange, orgWithoutDays } from './apply-org.ts';
import { assertAuditFields, assertNewChange, effectiveAt } from './change-rules.ts';
import { copyOf, emptyFold, type FoldedLog } from './folded-log.ts';
import { foldedOf, readFolded } from './folded-org.ts';
import { HeldOrg } from './held-org.ts';
import { fieldsOf, type OrgFields } from './org-fields.ts';
import type { Outcome } from './outcome.ts';
import { rejectedChange, SettingsRejectedError } from './rejected-change.ts';
import { foldedFrom, snapshotOf, type Snapshot } from './snapshot.ts';
import { sampleOrgHistory } from './sample-subscription.ts';
import type { VersionList } from './version-list.ts';

/** What an organisation that is not in the log has: nothing, or the local stack's free subscription. */
export type UnknownOrgs = 'none' | 'local';

const NONE: ReadonlySet<string> = new Set();
const NO_GUARDS: ReadonlyMap<string, VersionList<string>> = new Map();

/**
 * All settings: a fold over the changes of the log in their order. Immutable. Two readers of the same log have the same
 * settings and agree on which changes were rejected.
 */
export class SettingsState {
  readonly #unknownOrgs: UnknownOrgs;
  readonly #folded: FoldedLog;

  /** The state before the first change: no organisations, and the catalogues of the release. */
  constructor(unknownOrgs: UnknownOrgs, folded: FoldedLog = emptyFold()) {
    this.#unknownOrgs = unknownOrgs;
    this.#folded = folded;
  }

  /** The first offset that is not applied yet. */
  get nextOffset(): number {
    return this.#folded.nextOffset;
  }

  get catalogues(): Catalogues {
    return this.#folded.held.catalogues;
  }

  get catalogueJson(): CatalogueJson {
    return this.#folded.held.json;
  }

  /** The organisations in the log, in no particular order. */
  get orgIds(): string[] {
    return this.#folded.orgs.keys();
  }

  /** The whole effective-dated history of an organisation; undefined for an unknown one. */
  history(orgId: string): OrgHistory | undefined {
    const folded = this.#folded.orgs.get(orgId);
    return folded ? readFolded(folded.org).history : this.#assumed(orgId);
  }

  /** The same with a separate history for each setting: who changed it when. */
  fields(orgId: string): OrgFields | undefined {
    const folded = this.#folded.orgs.get(orgId);
    if (folded) return readFolded(folded.org).fields;
    const assumed = this.#assumed(orgId);
    return assumed && fieldsOf(assumed);
  }

  /** What an organisation, or the platform (''), has set about alerts; undefined where an organisation has set nothing. */
  alerting(orgId: string): Alerting | undefined {
    return orgId === '' ? this.#folded.alerting : this.#folded.orgs.get(orgId)?.org.alerting;
  }

  /** What the platform has set about alerts: its defaults and its own destinations. */
  get platformAlerting(): Alerting {
    return this.#folded.alerting;
  }

  /** Budgets, teams, caps and what the gate does, by guardKey, each with its history. */
  guards(orgId: string): ReadonlyMap<string, Versions<string>> {
    const guards = this.#folded.orgs.get(orgId)?.org.guards ?? NO_GUARDS;
    return new Map([...guards].map(([key, list]) => [key, list.versions]));
  }

  /** Whether organisations that are not in the log have settings too, as in the local stack. */
  get assumesOrgs(): boolean {
    return this.#unknownOrgs === 'local';
  }

  /** The state of a snapshot. @throws InvalidCatalogueError where its catalogues do not match the code */
  static restore(unknownOrgs: UnknownOrgs, snapshot: Snapshot): SettingsState {
    return new SettingsState(unknownOrgs, foldedFrom(snapshot));
  }

  /** All that `restore` needs. */
  snapshot(): Snapshot {
    return snapshotOf(this.#folded);
  }

  /** The offset from which on this state knows the outcomes of changes: 0, or where its snapshot ends. */
  get outcomesFrom(): number {
    return this.#folded.outcomesFrom;
  }

  /** Whether nothing is recorded about an organisation, so that its settings are the ones that the local stack assumes. */
  isAssumed(orgId: string): boolean {
    return this.assumesOrgs && this.#folded.orgs.get(orgId) === undefined;
  }

  /** The outcome of the change with this id, from outcomesFrom on; undefined where none is applied. */
  outcome(changeId: string): Outcome | undefined {
    return this.#folded.outcomes.get(changeId);
  }

  /**
   * Every change of an organisation (or of the catalogues: ''), from outcomesFrom on, oldest first, including rejected
   * ones. The settings store has all of them.
   */
  outcomesOf(orgId: string): Outcome[] {
    const outcomes: Outcome[] = [];
    for (let chain = this.#folded.chains.get(orgId); chain; chain = chain.before) {
      if (chain.last) outcomes.push(chain.last);
    }
    return outcomes.toReversed();
  }

  /** When the last change but `count` - 1 of an organisation was recorded, epoch milliseconds; undefined for fewer. */
  recordedAtOfLast(orgId: string, count: number): number | undefined {
    let chain = this.#folded.chains.get(orgId);
    for (let passed = 1; passed < count && chain; passed += 1) chain = chain.before;
    return chain?.last && chain.recordedAt;
  }

  /** Checks whether a change may be recorded as the next one in the log. @throws SettingsRejectedError */
  check(change: LoggedChange): void {
    assertNewChange(change);
    this.#decide(change);
  }

  /**
   * The settings after more changes, in the order of the log. Skips offsets below nextOffset, and ids that are applied
   * already: of two changes under one id the first counts.
   */
  after(changes: readonly LoggedChange[]): SettingsState {
    if (!changes.some(({ offset }) => offset >= this.nextOffset)) return this;
    const next = this.copy();
    next.append(changes);
    return next;
  }

  /** A state that `append` may change, as long as no one else has it. */
  copy(): SettingsState {
    return new SettingsState(this.#unknownOrgs, copyOf(this.#folded));
  }

  /**
   * The same as `after`, but changes this state: of a long log that is read in parts, the states in between need not
   * be copied. Only for a state from `copy` that no reader has yet.
   * @param applied ids of changes that are applied already, before outcomesFrom
   */
  append(changes: readonly LoggedChange[], applied: ReadonlySet<string> = NONE): void {
    for (const change of changes) if (change.offset >= this.nextOffset) this.#apply(change, applied);
  }

  #apply(logged: LoggedChange, applied: ReadonlySet<string>): void {
    const { outcomes, chains } = this.#folded;
    this.#folded.nextOffset = logged.offset + 1;
    this.#folded.logRows += 1;
    if (outcomes.has(logged.change_id) || applied.has(logged.change_id)) return;
    const before = chains.get(logged.org_id);
    // D: the order of the log decides even where a broker's clock went back: no change is recorded before an earlier one.
    const change = {
      ...logged,
      appended_at: Math.max(logged.appended_at, before?.recordedAt ?? 0),
    };
    const rejection = this.#make(change);
    if (rejection) this.#keepOrg(change, rejection);
    const outcome = { change, effectiveAt: effectiveAt(change), ...(rejection && { rejection }) };
    outcomes.set(change.change_id, outcome);
    chains.set(change.org_id, { recordedAt: change.appended_at, last: outcome, before });
  }

  /** Makes the change, or returns why it is rejected. */
  #make(change: LoggedChange): SettingsRejectedError | undefined {
    try {
      this.#decide(change)();
      return undefined;
    } catch (error) {
      if (error instanceof SettingsRejectedError) return error;
      // No record may end the fold: that would end every answer and every close of every organisation.
      const cause = error instanceof Error ? error.message : String(error);
      return rejectedChange('not-applicable', '', `the change cannot be applied: ${cause}`);
    }
  }

  #keepOrg(change: LoggedChange, rejection: SettingsRejectedError): void {
    const { orgs } = this.#folded;
    const org = orgWithoutDays(orgs.get(change.org_id)?.org, change, rejection);
    if (org) orgs.set(change.org_id, HeldOrg.folded(org));
  }

  /** Checks a change and returns the function that makes it. @throws SettingsRejectedError */
  #decide(change: LoggedChange): () => void {
    const { kind, org_id } = change;
    assertAuditFields(change);
    if (isCatalogueName(kind)) {
      const held = applyCatalogueChange(this.#folded.held, change, kind);
      return () => (this.#folded.held = held);
    }
    if (org_id === '' && isAlertingKind(kind)) {
      const alerting = applyAlerting(this.#folded.alerting, change);
      return () => (this.#folded.alerting = alerting);
    }
    const assumed = this.#assumed(org_id);
    const org = applyOrgChange(
      this.#folded.orgs.get(org_id)?.org,
      assumed && foldedOf(assumed),
      change,
      this.#folded.held.catalogues,
    );
    return () => this.#folded.orgs.set(org_id, HeldOrg.folded(org));
  }

  #assumed(orgId: string): OrgHistory | undefined {
    return this.#unknownOrgs === 'local' ? sampleOrgHistory(orgId) : undefined;
  }
}
