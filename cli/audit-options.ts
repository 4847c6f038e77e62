import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { SettingsChange } from '../schemas/settings-change.ts';
import type { Outcome } from '../domain/settings/state.ts';
import type { Options } from '../platform/command-line/options.ts';
import { parseUtcInstant } from '../domain/instants.ts';

/** The options that every command has that changes something: who, why, when. */
export const accountableOptions = {
  by: 'string',
  reason: 'string',
} as const;

export const ACCOUNTABLE_USAGE = `  --by WHO                 who changes it (the user of this machine)
  --reason TEXT            why`;

/** A change with an id of its own, by whom and why the options say. */
export function newChange(
  what: Pick<SettingsChange, 'kind' | 'org_id' | 'product'> & { readonly value: object },
  options: Options<typeof accountableOptions>,
  effectiveAt: number,
): SettingsChange {
  return {
    ...what,
    value: JSON.stringify(what.value),
    change_id: randomUUID(),
    effective_at: effectiveAt,
    recorded_by: options.text('by') ?? userInfo().username,
    reason: options.text('reason') ?? '',
  };
}

/** Epoch milliseconds; 0, which means at once, for none. Undefined for a text that is no instant. */
export function effectiveAtOf(text: string | undefined): number | undefined {
  return text === undefined ? 0 : parseUtcInstant(text);
}

/** What became of a change, in a line. */
export function outcomeLine(what: string, { change, effectiveAt }: Outcome): string {
  return `${what}: recorded ${at(change.appended_at)}, in effect from ${at(effectiveAt)}`;
}

const at = (instant: number): string => new Date(instant).toISOString();
