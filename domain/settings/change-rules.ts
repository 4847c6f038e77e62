import type { Static, TSchema } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { isName } from '../../schemas/event-rules.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { rejectedChange, SettingsRejectedError, type ChangeProblem } from './rejected-change.ts';

/** What holds for every change, whatever its kind. */

/** D: what is planned further ahead is a slip of the keyboard; DateTime64 ends in 2299. */
const LATEST_EFFECTIVE_AT = Date.UTC(2299, 0) - 1;
export const MAX_REASON_CHARACTERS = 1_000;

/** Who, why and when must be readable for as long as the log is kept. Throws SettingsRefused. */
export function assertAccountable({ change_id, recorded_by, reason, effective_at }: LoggedChange): void {
  const problems: ChangeProblem[] = [];
  const check = (holds: boolean, code: string, message: string): void => {
    if (!holds) problems.push({ code, path: '', message });
  };
  check(isName(change_id), 'change-id', 'the change’s id must have 1 to 128 bytes and no control characters');
  check(isName(recorded_by), 'recorded-by', 'who changes it must be named, in 1 to 128 bytes');
  check(
    reason.length <= MAX_REASON_CHARACTERS,
    'reason',
    `the reason must have at most ${MAX_REASON_CHARACTERS} characters, not ${reason.length}`,
  );
  check(
    Number.isSafeInteger(effective_at) && effective_at >= 0 && effective_at <= LATEST_EFFECTIVE_AT,
    'effective-at',
    'the instant at which it takes effect must lie between 1970 and 2299',
  );
  const [first, ...more] = problems;
  if (first) throw new SettingsRejectedError(first, ...more);
}

/** Settings take effect when they are recorded or later, never in the past (domain.md). */
export function effectiveAt({ appended_at, effective_at }: LoggedChange): number {
  return Math.max(appended_at, effective_at);
}

/** The change's JSON, checked. Throws SettingsRefused with every deviation. */
export function parseValue<Schema extends TSchema>(schema: Schema, json: string): Static<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw rejectedChange('not-json', '', 'the value is no JSON');
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
