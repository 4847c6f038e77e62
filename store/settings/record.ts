import type { LandedLog } from '../../platform/landed-log.ts';
import { encodeSettingsChange, type SettingsChange } from '../../schemas/settings-change.ts';
import { rejectedChange } from '../../domain/settings/rejected-change.ts';
import type { SettingsStore } from './store.ts';
import type { Outcome } from '../../domain/settings/state.ts';

/** The change was acknowledged and landed, and is not in the settings: a defect, not a user's mistake. */
export class ChangeLostError extends Error {
  readonly code = 'CHANGE_LOST';
  constructor(changeId: string) {
    super(`Settings change ${changeId} has landed but cannot be read back.`);
  }
}

export interface SettingsWriter {
  readonly store: SettingsStore;
  /** The topic settings. */
  readonly log: LandedLog;
  readonly now: () => number;
}

/**
 * Records a change and returns what became of it, once it is in effect for every reader. Safe to repeat under the
 * same change_id: the first counts. Concurrent changes are decided by the order of the log.
 * @throws SettingsRefused where the rules do not allow it (nothing is recorded then, or, where another change came
 *   between, it stands in the log as refused), `change-id-used` where the id is another change's.
 */
export async function recordChange(writer: SettingsWriter, change: SettingsChange): Promise<Outcome> {
  const before = await writer.store.refresh();
  const earlier = before.outcome(change.change_id);
  if (!earlier) {
    before.check({ ...change, offset: before.nextOffset, appended_at: writer.now() });
    await writer.log.append([{ key: change.org_id, value: encodeSettingsChange(change) }]);
  }
  const outcome = earlier ?? (await writer.store.refresh()).outcome(change.change_id);
  if (!outcome) throw new ChangeLostError(change.change_id);
  if (!isSameRequest(outcome.change, change)) {
    const message = `the change id ${change.change_id} is another change’s: repeat a change as it was, or use a new id`;
    throw rejectedChange('change-id-used', '', message);
  }
  if (outcome.refused) throw outcome.refused;
  return outcome;
}

/** Whether it asks for the same; who repeats it, and why, may differ. */
function isSameRequest(a: SettingsChange, b: SettingsChange): boolean {
  return (
    a.kind === b.kind &&
    a.org_id === b.org_id &&
    a.product === b.product &&
    a.value === b.value &&
    a.effective_at === b.effective_at
  );
}
