import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiError, fetchJson } from './client.ts';
import { newKey } from './idempotency-key.ts';
import { problemText } from './problem-text.ts';

/** A change of settings that a form sends. */
export interface Change {
  readonly isSaving: boolean;
  /** Why it failed, where no field is to blame; empty otherwise. */
  readonly problem: string;
  /** What is wrong with a field, by the API's name for it; empty where nothing is. */
  readonly problemOf: (field: string) => string;
  /** @returns whether it has been made */
  readonly save: () => Promise<boolean>;
}

export interface ChangeRequest {
  readonly method: 'PATCH' | 'POST' | 'PUT';
  readonly path: string;
  readonly body: object;
  /** The fields of the form, which show their own problems. */
  readonly fields: readonly string[];
}

/** Sends a change. Repeated after a lost answer it is the same change; other input is another one. */
export function useChange({ method, path, body, fields }: ChangeRequest): Change {
  const input = JSON.stringify([method, path, body]);
  const idempotencyKey = useMemo(newKey, [input]);
  const [isSaving, setIsSaving] = useState(false);
  const [error, setError] = useState<ApiError>();
  useEffect(() => setError(undefined), [input]);
  const problemOf = (field: string): string => error?.details.get(field) ?? '';
  return {
    isSaving,
    problem: error === undefined || fields.some((field) => problemOf(field) !== '') ? '' : textOf(error),
    problemOf,
    async save() {
      setIsSaving(true);
      setError(undefined);
      try {
        await fetchJson<unknown>(path, { method, body, idempotencyKey });
        return true;
      } catch (caught) {
        setError(caught instanceof ApiError ? caught : new ApiError(0, 'broken', String(caught)));
        return false;
      } finally {
        setIsSaving(false);
      }
    },
  };
}

/** The API's own words, where they say more about a change than the general text. */
function textOf(error: ApiError): string {
  return error.status === 403 ? problemText(error).detail : error.message;
}
