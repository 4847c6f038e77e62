import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { MAX_REASON_CHARACTERS } from '../../domain/settings/change-rules.ts';
import { RecordTimeoutError } from '../../store/settings/recorder.ts';
import { SettingsRejectedError } from '../../domain/settings/rejected-change.ts';
import type { Outcome } from '../../domain/settings/outcome.ts';
import { LogUnavailableError, LogNotLandingError, LogUncertainError } from '../../platform/landed-log.ts';
import type { SettingsChange } from '../../schemas/settings-change.ts';
import type { Caller } from '../auth/permissions.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { clickhouseProblem, RETRY_AFTER } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';
import { answer } from '../problems/schema.ts';
import { rejectionProblem } from './refused.ts';

const KEY = 'idempotency-key';
/** The headers of every request that changes something. */
export const ChangeHeaders = Type.Object({
  [KEY]: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'a text of your choice: repeated with the same request it records nothing more',
    }),
  ),
});

/** What every request that changes something may answer besides what others do. */
export const CHANGE_PROBLEMS = {
  409: answer('The idempotency key is another change’s, or what was to be created exists'),
  503: answer('Kafka or ClickHouse is away: the detail says whether the change may have been recorded'),
};

/** What the body of a change may say of it besides the values. */
export const reasonProperty = {
  reason: Type.Optional(
    Type.String({ maxLength: MAX_REASON_CHARACTERS, description: 'why; shown in the history' }),
  ),
};
export const effectiveProperty = {
  effective_at: Type.Optional(
    InstantParameter('when it takes effect; at once where left out or past: the past never changes'),
  ),
};

export interface Command extends Pick<SettingsChange, 'kind' | 'org_id' | 'product'> {
  readonly value: object;
  readonly effective_at?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * Records what a caller wishes, and returns what became of it, once every reader sees it. Safe to repeat under the
 * same idempotency key. Throws a Problem: what is refused, a key that is another change's, Kafka or ClickHouse away.
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
    change_id: typeof key === 'string' ? changeIdOf(caller, key) : newChangeId(),
    effective_at: effective_at === undefined ? 0 : instantOf('effective_at', effective_at),
    recorded_by: caller.userId,
    reason,
  };
  try {
    return await settings.record(change);
  } catch (error) {
    throw problemOf(error);
  }
}

/** A key is its caller's own: nobody meets another's, or learns what became of its change. */
function changeIdOf({ role, userId, orgIds }: Caller, key: string): string {
  const own = JSON.stringify([role, userId, orgIds, key]);
  return `key-${createHash('sha256').update(own).digest('hex')}`;
}

function problemOf(error: unknown): unknown {
  if (error instanceof SettingsRejectedError) return rejectionProblem(error);
  if (error instanceof LogUnavailableError) {
    return unavailable('Kafka does not answer: nothing was recorded. Try again in some seconds.', error);
  }
  const mayBeRecorded =
    error instanceof RecordTimeoutError ||
    error instanceof LogNotLandingError ||
    error instanceof LogUncertainError ||
    clickhouseProblem(error) !== undefined;
  if (!mayBeRecorded) return error;
  return unavailable(
    'It is not known whether the change was recorded. Repeating it under its Idempotency-Key is safe; without one, read first what is in effect.',
    error,
  );
}

function unavailable(detail: string, cause: unknown): Problem {
  return new Problem('unavailable', detail, { cause, headers: RETRY_AFTER });
}
