import { ApiError, problemOf } from './api-error.ts';
import { endSession, session } from './session.ts';

export type Query = readonly (readonly [string, string])[];

export interface RequestOptions {
  readonly query?: Query;
  readonly method?: string;
  readonly body?: unknown;
  /** Sent instead of the session's token. */
  readonly bearer?: string | undefined;
  /** Repeating a change under the same key changes nothing more. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 26_000;

/** Sends a request as the signed-in user. Throws ApiError unless the answer is a success, or the abort reason. */
export async function send(
  path: string,
  {
    query = [],
    method = 'GET',
    body,
    bearer,
    idempotencyKey,
    signal,
    timeoutMs = TIMEOUT_MS,
  }: RequestOptions,
): Promise<Response> {
  const search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString();
  const sender = bearer === undefined ? session.value : undefined;
  const token = bearer ?? sender?.token;
  let response: Response;
  try {
    response = await fetch(search === '' ? path : `${path}?${search}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, 'unreachable', 'The API does not answer. Check the connection and try again.');
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  // Another tab may have signed in since: only the session that sent the request ends.
  if (response.status === 401 && sender !== undefined && sender.key === session.value?.key) {
    endSession(sender, `You have been signed out. ${problem.message}`);
  }
  throw problem;
}
