import type { LandedLog } from '../../platform/landed-log.ts';
import { encodeSettingsChange, type SettingsChange } from '../../schemas/settings-change.ts';
import { keepingLimit, withoutLimit } from '../../domain/settings/limit-permission.ts';
import { rejectedChange } from '../../domain/settings/rejected-change.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { SettingsLog } from './store.ts';
import type { Outcome } from '../../domain/settings/outcome.ts';

/** The change was acknowledged and has landed but is not in the settings: a defect, not a mistake of the user. */
export class ChangeLostError extends Error {
  readonly code = 'CHANGE_LOST';
  constructor(changeId: string) {
    super(`Settings change ${changeId} has landed but cannot be read back. Please report this as a defect.`);
    this.name = 'ChangeLostError';
  }
}

const HOUR_S = 3_600;

/** The organisation, or the catalogues, have recorded as many changes in the last hour as are allowed. */
export class TooManyChangesError extends Error {
  readonly code = 'TOO_MANY_CHANGES';
  readonly retryAfterS: number;
  constructor(orgId: string, changesPerHour: number, retryAfterS: number) {
    const whose = orgId === '' ? 'The catalogues have' : `The organisation ${orgId} has`;
    super(
      `${whose} recorded ${changesPerHour} changes within an hour, the most that are allowed ` +
        `(SETTINGS_CHANGES_PER_HOUR): nothing was recorded. Try again in ${retryAfterS} s.`,
    );
    this.name = 'TooManyChangesError';
    this.retryAfterS = retryAfterS;
  }
}

export interface SettingsWriter {
  readonly store: Pick<SettingsLog, 'refresh' | 'outcome'>;
  /** The topic settings. */
  readonly log: LandedLog;
  readonly now: () => number;
  /** Setting SETTINGS_CHANGES_PER_HOUR. */
  readonly changesPerHour: number;
}

export interface RecordOptions {
  /** Whether the change has the permission of the organisation's super admin. */
  readonly asSuperAdmin?: boolean;
}

/**
 * Records a change and returns its outcome once every reader can see it. Safe to repeat under the same change_id: the
 * first one counts. The order of the log decides between concurrent changes.
 * @throws SettingsRejectedError where the rules do not allow the change. Nothing is recorded then, unless a concurrent
 *   change came first: in that case the change is in the log as rejected. Its code is `change-id-used` where another
 *   change has this id.
 * @throws TooManyChangesError, the errors of LandedLog.append, ChangeLostError
 */
export async function recordChange(
  writer: SettingsWriter,
  change: SettingsChange,
  { asSuperAdmin = false }: RecordOptions = {},
): Promise<Outcome> {
  const before = await writer.store.refresh();
  const earlier = await writer.store.outcome(before, change.change_id);
  if (!earlier) {
    checkRate(before, change.org_id, writer);
    const now = writer.now();
    const allowed = asSuperAdmin ? change : keepingLimit(before, change, now);
    before.check({ ...allowed, offset: before.nextOffset, appended_at: now });
    await writer.log.append([{ key: change.org_id, value: encodeSettingsChange(allowed) }]);
  }
  const outcome = earlier ?? (await writer.store.outcome(await writer.store.refresh(), change.change_id));
  if (!outcome) throw new ChangeLostError(change.change_id);
  if (!isSameRequest(outcome.change, change)) {
    const message = `another change has the id ${change.change_id}: repeat a change unmodified, or use a new id`;
    throw rejectedChange('change-id-used', '', message);
  }
  if (outcome.rejection) throw outcome.rejection;
  return outcome;
}

/** By the log, so the limit is one for all processes; simultaneous changes may exceed it by their number. */
function checkRate(
  settings: SettingsState,
  orgId: string,
  { now, changesPerHour }: Pick<SettingsWriter, 'now' | 'changesPerHour'>,
): void {
  const recordedAt = settings.recordedAtOfLast(orgId, changesPerHour);
  if (recordedAt === undefined) return;
  const retryAfterS = Math.ceil(HOUR_S - (now() - recordedAt) / 1_000);
  if (retryAfterS > 0) throw new TooManyChangesError(orgId, changesPerHour, Math.min(HOUR_S, retryAfterS));
}

/** Whether a recorded change is what is requested; who requests it, and why, may differ. */
function isSameRequest(recorded: SettingsChange, requested: SettingsChange): boolean {
  return (
    recorded.kind === requested.kind &&
    recorded.org_id === requested.org_id &&
    recorded.product === requested.product &&
    recorded.effective_at === requested.effective_at &&
    (recorded.value === requested.value ||
      (requested.kind === 'subscription' && recorded.value === withoutLimit(requested).value))
  );
}
