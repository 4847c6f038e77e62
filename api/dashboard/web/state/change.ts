import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiError } from './api-error.ts';
import { fetchJson } from './client.ts';
import { newKey } from './idempotency-key.ts';
import { problemText } from './problem-text.ts';
import { sayDone } from './done.ts';

/** A change that a form sends. */
export interface Change {
  readonly isSaving: boolean;
  /** Why it failed, where no field is to blame; empty otherwise. */
  readonly problem: string;
  /** What is wrong with a field, by the API's name for it; empty where nothing is. */
  readonly problemOf: (field: string) => string;
  readonly save: () => void;
}

export interface ChangeRequest<Answer> {
  readonly method: 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Undefined for a removal. */
  readonly body?: object;
  /** The fields of the form, which show their own problems. */
  readonly fields?: readonly string[];
  /** What is said once it has been made, such as "The rules are saved."; empty where the form says it itself. */
  readonly done?: string;
  /** Called once it has been made. */
  readonly onSaved: (answer: Answer) => void;
}

/** Sends a change. Repeated after a lost answer it is the same change; other input is another one. */
export function useChange<Answer = unknown>(request: ChangeRequest<Answer>): Change {
  const { method, path, body, fields = [], done = '', onSaved } = request;
  const input = inputOf(request);
  // The same change made once more, such as another rotation, is another one.
  const [made, setMade] = useState(0);
  const idempotencyKey = useMemo(newKey, [input, made]);
  const [isSaving, setIsSaving] = useState(false);
  const [error, setError] = useState<ApiError>();
  useEffect(() => setError(undefined), [input]);
  const problemOf = (field: string): string => error?.details.get(field) ?? '';
  const save = async (): Promise<void> => {
    setIsSaving(true);
    setError(undefined);
    try {
      const answer = await fetchJson<Answer>(path, { method, body, idempotencyKey });
      setMade((count) => count + 1);
      sayDone(done);
      onSaved(answer);
    } catch (caught) {
      setError(caught instanceof ApiError ? caught : new ApiError(0, 'broken', String(caught)));
    } finally {
      setIsSaving(false);
    }
  };
  return {
    isSaving,
    problem: error === undefined || fields.some((field) => problemOf(field) !== '') ? '' : textOf(error),
    problemOf,
    save: () => void save(),
  };
}

/** Makes the change when its form is submitted, where the input is ready. */
export const onSubmit =
  ({ save }: Change, isReady: boolean) =>
  (event: Event): void => {
    event.preventDefault();
    if (isReady) save();
  };

/** What makes a change another one. */
export const inputOf = ({
  method,
  path,
  body,
}: Pick<ChangeRequest<never>, 'method' | 'path' | 'body'>): string => JSON.stringify([method, path, body]);

/** The API's own words, where they say more about a change than the general text. */
function textOf(error: ApiError): string {
  const text = error.status === 403 ? problemText(error).detail : error.message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
