import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { SettingsChange } from '../schemas/settings-change.ts';
import type { Outcome } from '../domain/settings/outcome.ts';
import type { Options } from '../platform/command-line/options.ts';
import { formatInstant, parseUtcInstant } from '../domain/instants.ts';

/** Options of every command that changes something: who, and why. */
export const auditOptions = {
  by: 'string',
  reason: 'string',
} as const;

export const AUDIT_USAGE = `  --by WHO                 who makes the change (the user of this machine)
  --reason TEXT            why`;

/** A change with a new id, and who and why from the options. */
export function newChange(
  what: Pick<SettingsChange, 'kind' | 'org_id' | 'product'> & { readonly value: object },
  options: Options<typeof auditOptions>,
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

/** Epoch milliseconds; 0, which means at once, where there is no text. Undefined for a text that is not an instant. */
export function effectiveAtOf(text: string | undefined): number | undefined {
  return text === undefined ? 0 : parseUtcInstant(text);
}

/** The outcome of a change as one line. */
export function outcomeLine(what: string, { change, effectiveAt }: Outcome): string {
  return `${what}: recorded ${formatInstant(change.appended_at)}, in effect from ${formatInstant(effectiveAt)}`;
}
