import type { Static, TSchema } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { hasControlCharacter, isName } from '../../schemas/event-rules.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { rejectedChange, SettingsRejectedError, type ChangeProblem } from './rejected-change.ts';

/** The rules for every change, whatever its kind. */

/** D: a later date is a typing error; DateTime64 ends in 2299. */
const LATEST_EFFECTIVE_AT = Date.UTC(2299, 0) - 1;
export const MAX_REASON_CHARACTERS = 1_000;

/** Checks who, why and when: the audit trail that the log keeps forever. @throws SettingsRejectedError */
export function assertAuditFields({ change_id, recorded_by, reason, effective_at }: LoggedChange): void {
  const problems: ChangeProblem[] = [];
  const check = (holds: boolean, code: string, message: string): void => {
    if (!holds) problems.push({ code, path: '', message });
  };
  check(isName(change_id), 'change-id', 'the change’s id must have 1 to 128 bytes and no control characters');
  check(
    isName(recorded_by),
    'recorded-by',
    'the name of who records the change must have 1 to 128 bytes and no control characters',
  );
  check(
    reason.length <= MAX_REASON_CHARACTERS,
    'reason',
    `the reason must have at most ${MAX_REASON_CHARACTERS} characters, not ${reason.length}`,
  );
  check(
    Number.isSafeInteger(effective_at) && effective_at >= 0 && effective_at <= LATEST_EFFECTIVE_AT,
    'effective-at',
    'the change must take effect between 1970 and 2299',
  );
  const [first, ...more] = problems;
  if (first) throw new SettingsRejectedError(first, ...more);
}

/**
 * Rules for new changes only. The log may hold older ones that break them; these keep the outcome that they have.
 * @throws SettingsRejectedError
 */
export function assertNewChange({ reason }: LoggedChange): void {
  if (hasControlCharacter(reason)) {
    throw rejectedChange('reason', '', 'the reason must have no control characters: write it in one line');
  }
}

/**
 * A name that stands in a path of the API: "." and ".." do not, because every client that follows the URL standard
 * resolves them, percent-encoded or not, before it sends the request.
 * @param what the subject of the message
 * @throws SettingsRejectedError
 */
export function assertPathName(name: string, code: string, what: string): void {
  if (isName(name) && name !== '.' && name !== '..') return;
  const message = `${what} has 1 to 128 bytes and no control characters, and is neither "." nor ".."`;
  throw rejectedChange(code, '', message);
}

/** Settings take effect when they are recorded or later, never in the past (domain.md, The charge of a day). */
export function effectiveAt({ appended_at, effective_at }: LoggedChange): number {
  return Math.max(appended_at, effective_at);
}

/** Parses the JSON of a change's value. @throws SettingsRejectedError with every validation error */
export function parseValue<Schema extends TSchema>(schema: Schema, json: string): Static<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw rejectedChange('not-json', '', 'the value is not JSON');
  }
  const { check, validationErrors } = compiled(schema);
  if (check(value)) return value;
  const [first, ...more] = validationErrors(value).map(({ path, message }) => ({
    code: 'shape',
    path,
    message,
  }));
  throw first
    ? new SettingsRejectedError(first, ...more)
    : rejectedChange('shape', '', 'the value has an unknown shape');
}
