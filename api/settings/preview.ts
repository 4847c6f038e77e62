import type { SettingsState } from '../../domain/settings/state.ts';
import { SettingsRejectedError } from '../../domain/settings/rejected-change.ts';
import { Problem } from '../problems/problem.ts';
import type { Command } from './record.ts';

/**
 * The settings as they would be after a command, by the rules that record it; nothing is recorded. Throws the Problem
 * `invalid-request` for a command that would be rejected, each error with its parameter.
 * @param now epoch milliseconds, when it would take effect
 */
export function settingsAfter(
  settings: SettingsState,
  { value, ...command }: Command,
  now: number,
): SettingsState {
  const change = {
    ...command,
    value: JSON.stringify(value),
    change_id: 'preview',
    recorded_by: 'preview',
    reason: '',
    effective_at: now,
    appended_at: now,
    offset: settings.nextOffset,
  };
  try {
    settings.check(change);
  } catch (error) {
    if (!(error instanceof SettingsRejectedError)) throw error;
    const errors = error.problems.map(({ path, message }) => ({
      parameter: path === '' ? command.kind : path.slice(1),
      detail: message,
    }));
    throw new Problem('invalid-request', `${error.message}.`, { errors });
  }
  return settings.after([change]);
}
