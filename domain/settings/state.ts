import type { Catalogues } from '../catalogues/catalogues.ts';
import type { OrgHistory, Versions } from './org-history.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import type { Alerting } from './alerting.ts';
import type { CatalogueJson } from './apply-catalogue.ts';
import { applyChange, decide } from './apply-change.ts';
import { assertNewChange } from './change-rules.ts';
import { copyOf, emptyFold, type FoldedLog } from './folded-log.ts';
import { readFolded } from './folded-org.ts';
import { fieldsOf, type OrgFields } from './org-fields.ts';
import type { Outcome } from './outcome.ts';
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
    decide(this.#folded, this.#assumed, change);
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
    for (const change of changes) {
      if (change.offset >= this.nextOffset) applyChange(this.#folded, this.#assumed, change, applied);
    }
  }

  readonly #assumed = (orgId: string): OrgHistory | undefined =>
    this.#unknownOrgs === 'local' ? sampleOrgHistory(orgId) : undefined;
}
