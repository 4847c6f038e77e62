import { bundledCatalogues, isCatalogueName, type Catalogues } from '../catalogues/catalogues.ts';
import { type OrgHistory } from './org-history.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { applyCatalogueChange, type CatalogueJson, type HeldCatalogues } from './apply-catalogue.ts';
import { applyOrgChange } from './apply-org.ts';
import { assertAccountable, effectiveAt } from './change-rules.ts';
import { fieldsOf, historyOf, type OrgFields } from './org-fields.ts';
import { SettingsRejectedError } from './rejected-change.ts';
import { SharedMap } from './shared-map.ts';
import { bundledCatalogueJson } from '../../schemas/bundled-catalogues.ts';
import { sampleOrgHistory } from './sample-subscription.ts';

/** A change and what became of it: a refused one stays in the log and changes nothing. */
export interface Outcome {
  readonly change: LoggedChange;
  /** Epoch milliseconds: from then on it holds, unless it was refused. */
  readonly effectiveAt: number;
  readonly refused?: SettingsRejectedError;
}

/** What an org has that nobody told us about: nothing, or the local stack's free subscription. */
export type UnknownOrgs = 'none' | 'local';

/** The changes of an org, or of the catalogues, from the last one back. */
interface Chain {
  readonly last: Outcome;
  readonly before: Chain | undefined;
}

/** Written only while the state that holds it is being made. */
interface Folded {
  nextOffset: number;
  held: HeldCatalogues;
  readonly orgs: SharedMap<{ readonly fields: OrgFields; readonly history: OrgHistory }>;
  /** By the change's id. */
  readonly outcomes: SharedMap<Outcome>;
  /** By org, '' for the catalogues. */
  readonly chains: SharedMap<Chain>;
}

function beforeAll(): Folded {
  const held = { json: bundledCatalogueJson(), catalogues: bundledCatalogues() };
  return {
    nextOffset: 0,
    held,
    orgs: SharedMap.empty(),
    outcomes: SharedMap.empty(),
    chains: SharedMap.empty(),
  };
}

function copyOf(folded: Folded): Folded {
  return {
    ...folded,
    orgs: folded.orgs.copy(),
    outcomes: folded.outcomes.copy(),
    chains: folded.chains.copy(),
  };
}

/**
 * All settings as the log makes them: a fold over its changes in their order, and a value: once returned it never
 * changes. Two readers that saw the same log hold the same settings, and agree on which changes were refused.
 */
export class SettingsState {
  readonly #unknownOrgs: UnknownOrgs;
  readonly #folded: Folded;

  /** Before the first change: no orgs, and the catalogues of the release. */
  constructor(unknownOrgs: UnknownOrgs, folded: Folded = beforeAll()) {
    this.#unknownOrgs = unknownOrgs;
    this.#folded = folded;
  }

  /** The first offset that was not applied yet. */
  get nextOffset(): number {
    return this.#folded.nextOffset;
  }

  get catalogues(): Catalogues {
    return this.#folded.held.catalogues;
  }

  get catalogueJson(): CatalogueJson {
    return this.#folded.held.json;
  }

  /** Orgs that the log has told about, in no order. */
  get orgIds(): string[] {
    return this.#folded.orgs.keys();
  }

  /** The org's whole effective-dated history, or undefined for one that nobody told us about. */
  history(orgId: string): OrgHistory | undefined {
    return this.#folded.orgs.get(orgId)?.history ?? this.#assumed(orgId);
  }

  /** The same with a history for each setting: who changed which of them when. */
  fields(orgId: string): OrgFields | undefined {
    const assumed = this.#assumed(orgId);
    return this.#folded.orgs.get(orgId)?.fields ?? (assumed && fieldsOf(assumed));
  }

  /** Whether an org that the log has not told about has settings too: in the local stack. */
  get assumesOrgs(): boolean {
    return this.#unknownOrgs === 'local';
  }

  /** What became of a change, by its id; undefined for one that has not been applied. */
  outcome(changeId: string): Outcome | undefined {
    return this.#folded.outcomes.get(changeId);
  }

  /** Every change of an org (or of the catalogues: ''), oldest first, the refused ones too. */
  outcomesOf(orgId: string): Outcome[] {
    const outcomes: Outcome[] = [];
    for (let chain = this.#folded.chains.get(orgId); chain; chain = chain.before) outcomes.push(chain.last);
    return outcomes.toReversed();
  }

  /** Whether the change would be allowed if it stood next in the log. Throws SettingsRefused. */
  check(change: LoggedChange): void {
    this.#decide(change);
  }

  /**
   * The settings after more of the log, given in its order. What was applied before changes nothing: an offset below
   * nextOffset, or a change id that was there already, for of two changes under one id the first counts.
   */
  after(changes: readonly LoggedChange[]): SettingsState {
    const news = changes.filter(({ offset }) => offset >= this.nextOffset);
    if (news.length === 0) return this;
    const next = new SettingsState(this.#unknownOrgs, copyOf(this.#folded));
    for (const change of news) next.#apply(change);
    return next;
  }

  #apply(logged: LoggedChange): void {
    const { outcomes, chains } = this.#folded;
    this.#folded.nextOffset = logged.offset + 1;
    if (outcomes.has(logged.change_id)) return;
    const before = chains.get(logged.org_id);
    // D: the log's order decides, also where the brokers' clocks went back: no change takes effect before an earlier one.
    const change = {
      ...logged,
      appended_at: Math.max(logged.appended_at, before?.last.change.appended_at ?? 0),
    };
    const refused = this.#make(change);
    const outcome = { change, effectiveAt: effectiveAt(change), ...(refused && { refused }) };
    outcomes.set(change.change_id, outcome);
    chains.set(change.org_id, { last: outcome, before });
  }

  /** Makes the change, or returns why it may not be. */
  #make(change: LoggedChange): SettingsRejectedError | undefined {
    try {
      this.#decide(change)();
      return undefined;
    } catch (error) {
      if (error instanceof SettingsRejectedError) return error;
      throw error;
    }
  }

  /** Decides on a change and returns the step that makes it. */
  #decide(change: LoggedChange): () => void {
    const { kind, org_id } = change;
    assertAccountable(change);
    if (isCatalogueName(kind)) {
      const held = applyCatalogueChange(this.#folded.held, change, kind);
      return () => (this.#folded.held = held);
    }
    const assumed = this.#assumed(org_id);
    const fields = applyOrgChange(
      this.#folded.orgs.get(org_id)?.fields,
      assumed && fieldsOf(assumed),
      change,
      this.#folded.held.catalogues,
    );
    return () => this.#folded.orgs.set(org_id, { fields, history: historyOf(fields) });
  }

  #assumed(orgId: string): OrgHistory | undefined {
    return this.#unknownOrgs === 'local' ? sampleOrgHistory(orgId) : undefined;
  }
}
