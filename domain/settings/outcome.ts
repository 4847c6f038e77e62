import type { LoggedChange } from '../../schemas/settings-change.ts';
import type { SettingsRejectedError } from './rejected-change.ts';

/** The outcome of a change. A rejected change stays in the log and has no effect. */
export interface Outcome {
  readonly change: LoggedChange;
  /** Epoch milliseconds: when the change takes effect, unless it was rejected. */
  readonly effectiveAt: number;
  /** Why the change was rejected; absent for an accepted one. */
  readonly rejection?: SettingsRejectedError;
}
