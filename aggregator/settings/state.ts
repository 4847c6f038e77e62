import { bundledCatalogueJson, parseCatalogues, type Catalogues } from '../../schemas/catalogues.ts';
import { localOrgHistory, type OrgHistory } from '../../schemas/settings.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { applyCatalogueChange, isCatalogueKind, type CatalogueJson } from './apply-catalogue.ts';
import { applyOrgChange } from './apply-org.ts';
import { fieldsOf, historyOf, type OrgFields } from './org-fields.ts';
import { SettingsRefused } from './refused.ts';

/** A change and what became of it: a refused one stays in the log and changes nothing. */
export interface Outcome {
  readonly change: LoggedChange;
  readonly refused?: SettingsRefused;
}

/**
 * All settings as the log makes them: a fold over its changes in their order. Two readers that saw the same log
 * hold the same settings, and agree on which changes were refused.
 */
export class SettingsState {
  readonly #unknownOrgs: 'none' | 'local';
  readonly #orgs = new Map<string, OrgFields>();
  readonly #histories = new Map<string, OrgHistory>();
  readonly #outcomes = new Map<string, Outcome>();
  #catalogueJson: CatalogueJson = bundledCatalogueJson();
  #catalogues: Catalogues = parseCatalogues(bundledCatalogueJson());
  #nextOffset = 0;

  /** @param unknownOrgs what an org nobody told us about has: nothing, or the local stack's free subscription. */
  constructor(unknownOrgs: 'none' | 'local') {
    this.#unknownOrgs = unknownOrgs;
  }

  /** The first offset that was not applied yet. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  get catalogues(): Catalogues {
    return this.#catalogues;
  }

  get catalogueJson(): CatalogueJson {
    return this.#catalogueJson;
  }

  /** Orgs that the log has told about, in the order of their first change. */
  get orgIds(): string[] {
    return [...this.#orgs.keys()];
  }

  history(orgId: string): OrgHistory | undefined {
    const known = this.#histories.get(orgId);
    if (known) return known;
    return this.#unknownOrgs === 'local' ? localOrgHistory(orgId) : undefined;
  }

  /** What became of a change, by its id; undefined for one that has not been applied. */
  outcome(changeId: string): Outcome | undefined {
    return this.#outcomes.get(changeId);
  }

  /** Every change of an org (or of the catalogues: ''), oldest first, the refused ones too. */
  outcomesOf(orgId: string): Outcome[] {
    return [...this.#outcomes.values()].filter(({ change }) => change.org_id === orgId);
  }

  /** What the change would do if it stood next in the log. Throws SettingsRefused. */
  check(change: LoggedChange): void {
    this.#next(change);
  }

  /** Applies the log's next change. A repeat (same offset or change id) changes nothing. */
  apply(change: LoggedChange): void {
    if (change.offset < this.#nextOffset) return;
    this.#nextOffset = change.offset + 1;
    if (this.#outcomes.has(change.change_id)) return;
    try {
      this.#next(change)();
      this.#outcomes.set(change.change_id, { change });
    } catch (error) {
      if (!(error instanceof SettingsRefused)) throw error;
      this.#outcomes.set(change.change_id, { change, refused: error });
    }
  }

  /** Decides on a change and returns the step that makes it. */
  #next(change: LoggedChange): () => void {
    const { kind, org_id } = change;
    if (isCatalogueKind(kind)) {
      const { json, catalogues } = applyCatalogueChange(this.#catalogueJson, { ...change, kind });
      return () => {
        this.#catalogueJson = json;
        this.#catalogues = catalogues;
      };
    }
    const history = this.history(org_id);
    const before = this.#orgs.get(org_id) ?? (history && fieldsOf(history));
    const after = applyOrgChange(before, change, this.#catalogues);
    return () => {
      this.#orgs.set(org_id, after);
      this.#histories.set(org_id, historyOf(after));
    };
  }
}
