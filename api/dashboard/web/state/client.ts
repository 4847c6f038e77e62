import { inTurn } from './gate.ts';
import { session, signOut } from './session.ts';

/** An answer that is none: a problem document, or no connection. */
export class ApiError extends Error {
  /** 0 where nothing answered. */
  readonly status: number;
  readonly type: string;
  /** What is wrong with which field, as the API says. */
  readonly details: readonly string[];
  /** What a parameter at fault may be, where the API lists it. */
  readonly choices: readonly string[];
  constructor(status: number, type: string, message: string, errors: readonly unknown[] = []) {
    super(message);
    this.status = status;
    this.type = type;
    this.details = errors.map((error) => textOf(error, 'detail'));
    this.choices = errors.flatMap((error) => listOf(error, 'choices')).map(String);
  }

  /** Asked again it is answered the same: neither the API nor the way to it is in trouble. */
  get isLasting(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

export type Query = readonly (readonly [string, string])[];

interface Asked {
  readonly query?: Query;
  readonly method?: string;
  readonly body?: unknown;
  /** Of a change: repeated with the same one it changes nothing more. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 26_000;

/**
 * Asks the API as who is signed in. The answer is of the type that its route's schema has: the API writes by it.
 * Throws ApiError; a token that holds no longer ends the session.
 */
export async function ask<Answer>(path: string, asked: Asked = {}): Promise<Answer> {
  return inTurn(async () => {
    const answer: Answer = await (await send(path, asked)).json();
    return answer;
  });
}

/** A file of the API, under the name that the API gives it. */
export async function download(path: string, query: Query): Promise<void> {
  const response = await send(path, { query });
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name ?? 'statement';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function send(
  path: string,
  { query = [], method = 'GET', body, idempotencyKey, signal }: Asked,
): Promise<Response> {
  const search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString();
  const token = session.value?.token;
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
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, 'unreachable', 'The API cannot be reached.');
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (response.status === 401 && token !== undefined) signOut(problem.message);
  throw problem;
}

async function problemOf(response: Response): Promise<ApiError> {
  const document = parse(await response.text());
  const message = textOf(document, 'detail') || textOf(document, 'title');
  return new ApiError(
    response.status,
    textOf(document, 'type'),
    message || `The API answered ${response.status}.`,
    listOf(document, 'errors'),
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
