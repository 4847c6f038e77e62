import type { LoggedChange } from '../../schemas/settings-change.ts';
import { effectiveAt } from './change-rules.ts';
import type { Version } from './org-history.ts';

/** The version that a change of the log makes. */
export function versionOf<T>(change: LoggedChange, value: T): Version<T> {
  return {
    value,
    effectiveAt: effectiveAt(change),
    recordedAt: change.appended_at,
    recordedBy: change.recorded_by,
    reason: change.reason,
    offset: change.offset,
  };
}
