import { withinRequestLimit } from './request-limit.ts';
import { endSession, session } from './session.ts';

/** A request without a usable answer: the API reported a problem, or nothing answered. */
export class ApiError extends Error {
  /** 0 if nothing answered. */
  readonly status: number;
  /** The problem's type, such as `unknown-org`. */
  readonly type: string;
  /** The invalid parameters and fields. */
  readonly fields: readonly string[];
  /** What is wrong with each of them, as far as the API says so. */
  readonly details: ReadonlyMap<string, string>;
  /** The allowed values of an invalid parameter, if the API lists them. */
  readonly choices: readonly string[];

  constructor(status: number, type: string, message: string, errors: readonly unknown[] = []) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.type = type;
    this.fields = errors.map(invalidField).filter((name) => name !== '');
    this.details = new Map(errors.map((error) => [invalidField(error), textOf(error, 'detail')]));
    this.choices = errors.flatMap((error) => listOf(error, 'choices')).map(String);
  }

  /** Whether the same request would fail again. */
  get isPermanent(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

/** `status` of a parameter, `additional_limit` of the JSON pointer `#/additional_limit`. */
const invalidField = (error: unknown): string =>
  textOf(error, 'parameter') || textOf(error, 'pointer').replace(/^#\/?/, '');

export type Query = readonly (readonly [string, string])[];

interface RequestOptions {
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
/** Longer than the API lets a download take. */
const DOWNLOAD_TIMEOUT_MS = 610_000;

/**
 * Calls the API as the signed-in user. The answer has the type of its route's schema: the API serializes by it.
 * Throws ApiError. A token or a session that the API no longer accepts is ended here too.
 */
export async function fetchJson<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  return withinRequestLimit(async () => {
    const response = await send(path, options);
    // A removal is answered without a body.
    const answer: Answer = response.status === 204 ? null : await response.json();
    return answer;
  });
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Called with the bytes that have arrived so far. */
  readonly onProgress: (sizeBytes: number) => void;
}

/** Downloads a file under the name that the API gives it. Throws ApiError, or the abort reason. */
export async function download(
  path: string,
  query: Query,
  { signal, onProgress }: DownloadOptions,
): Promise<void> {
  const response = await send(path, { query, signal, timeoutMs: DOWNLOAD_TIMEOUT_MS });
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const url = URL.createObjectURL(new Blob(await bytesOf(response, signal, onProgress)));
  const link = document.createElement('a');
  link.href = url;
  link.download = name ?? 'statement';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A transfer that breaks off is not a file: an incomplete one would have wrong sums. */
async function bytesOf(
  { body }: Response,
  signal: AbortSignal,
  onProgress: (sizeBytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  try {
    for (const reader = body?.getReader(); ;) {
      const piece = await reader?.read();
      if (piece?.value === undefined) return pieces;
      pieces.push(piece.value);
      onProgress((sizeBytes += piece.value.byteLength));
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, 'interrupted', 'The download broke off. Try again, or choose a shorter range.');
  }
}

async function send(
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

async function problemOf(response: Response): Promise<ApiError> {
  const problem = parse(await response.text());
  const message = textOf(problem, 'detail') || textOf(problem, 'title');
  return new ApiError(
    response.status,
    textOf(problem, 'type'),
    message || `The API answered with status ${response.status}.`,
    listOf(problem, 'errors'),
  );
}

const fieldsOf = (value: unknown): Map<string, unknown> => new Map(Object.entries(Object(value)));

function textOf(value: unknown, name: string): string {
  const text = fieldsOf(value).get(name);
  return typeof text === 'string' ? text : '';
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = fieldsOf(value).get(name);
  return Array.isArray(list) ? list : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const orgPath = (org: string, rest: string): string => `/v1/orgs/${encodeURIComponent(org)}/${rest}`;
