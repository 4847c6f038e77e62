import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { MAX_REASON_CHARACTERS } from '../../domain/settings/change-rules.ts';
import { TooManyChangesError } from '../../store/settings/record.ts';
import { RecordTimeoutError } from '../../store/settings/recorder.ts';
import { SettingsRejectedError } from '../../domain/settings/rejected-change.ts';
import type { Outcome } from '../../domain/settings/outcome.ts';
import { LogUnavailableError } from '../../platform/landed-log.ts';
import type { SettingsChange } from '../../schemas/settings-change.ts';
import type { Caller } from '../auth/permissions.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { clickhouseProblem } from '../problems/clickhouse.ts';
import { mayBeAppended, tooManyRequests, unavailable } from '../problems/recording.ts';
import { answer } from '../problems/schema.ts';
import { rejectedChangeProblem } from './rejected-change-problem.ts';

const KEY = 'idempotency-key';
/** The headers of every change request. */
export const ChangeHeaders = Type.Object({
  [KEY]: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'a text of your choice: a repeated request with the same key records nothing more',
    }),
  ),
});

/** The problems of change requests, in addition to those of all requests. */
export const CHANGE_PROBLEMS = {
  409: answer(
    'The idempotency key belongs to another change, the resource already exists, or the organisation has no valid time zone',
  ),
  503: answer(
    'Kafka or ClickHouse is unavailable: the detail says whether the change may have been recorded',
  ),
};

/** The parts of a change request's body other than the values. */
export const reasonProperty = {
  reason: Type.Optional(
    Type.String({
      maxLength: MAX_REASON_CHARACTERS,
      description: 'why the change is made; shown in the history',
    }),
  ),
};
export const effectiveProperty = {
  effective_at: Type.Optional(
    InstantParameter('when the change takes effect; at once by default, and for an instant in the past'),
  ),
};

export interface Command extends Pick<SettingsChange, 'kind' | 'org_id' | 'product'> {
  readonly value: object;
  readonly effective_at?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * Records a command and returns its outcome once every reader sees it. Safe to repeat with the same idempotency key.
 * Throws a Problem for a rejected change, for a key of another change, and where Kafka or ClickHouse is unavailable.
 */
export async function recordCommand(
  { settings, newChangeId }: Pick<ApiDependencies, 'settings' | 'newChangeId'>,
  caller: Caller,
  headers: Readonly<Record<string, unknown>>,
  { value, effective_at, reason = '', ...command }: Command,
): Promise<Outcome> {
  const key = headers[KEY];
  const change: SettingsChange = {
    ...command,
    value: JSON.stringify(value),
    change_id: typeof key === 'string' ? changeIdOf(caller, keyOf(key)) : newChangeId(),
    effective_at: effective_at === undefined ? 0 : instantOf('effective_at', effective_at),
    recorded_by: caller.userId,
    reason,
  };
  try {
    return await settings.record(change, { asSuperAdmin: caller.role === 'super_admin' });
  } catch (error) {
    throw problemOf(error);
  }
}

const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** The key that the header means: it is a quoted string in the standard's draft, and bare in most clients. */
function keyOf(header: string): string {
  const [, quoted] = QUOTED.exec(header) ?? [];
  return quoted === undefined ? header : quoted.replaceAll(/\\(.)/g, '$1');
}

/** Keys are separate for each caller, so that no caller can see the outcome of another's change. */
function changeIdOf({ role, userId, orgIds }: Caller, key: string): string {
  const own = JSON.stringify([role, userId, orgIds, key]);
  return `key-${createHash('sha256').update(own).digest('hex')}`;
}

function problemOf(error: unknown): unknown {
  if (error instanceof SettingsRejectedError) return rejectedChangeProblem(error);
  if (error instanceof TooManyChangesError) return tooManyRequests(error);
  if (error instanceof LogUnavailableError) {
    return unavailable('Kafka does not answer: nothing was recorded. Try again in a few seconds.', error);
  }
  const mayBeRecorded =
    error instanceof RecordTimeoutError || mayBeAppended(error) || clickhouseProblem(error) !== undefined;
  if (!mayBeRecorded) return error;
  return unavailable(
    'It is not known whether the change was recorded. Repeating it with its Idempotency-Key is safe; without a key, first read the current settings.',
    error,
  );
}
