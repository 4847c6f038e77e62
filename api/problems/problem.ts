import type { EventResult } from '../events/result.ts';

/**
 * The problems that this API returns (RFC 9457). The type is a stable identifier, as a relative reference, that
 * programs compare; title and detail are for people.
 */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is invalid' },
  'unknown-time-zone': { status: 400, title: 'The time zone is unknown' },
  'ambiguous-product': { status: 400, title: 'The organisation has several products: specify one' },
  'range-too-long': { status: 400, title: 'The range is too long' },
  'too-many-rows': { status: 400, title: 'The answer has too many rows' },
  'query-too-large': { status: 400, title: 'The query needs too much memory' },
  unauthorized: { status: 401, title: 'A valid bearer token is required' },
  'session-ended': { status: 401, title: 'The session has ended' },
  forbidden: { status: 403, title: 'The role may not do this' },
  'cross-site': { status: 403, title: 'The request does not come from the dashboard' },
  'not-found': { status: 404, title: 'Resource not found' },
  'unknown-org': { status: 404, title: 'Organisation not found' },
  'no-subscription': { status: 404, title: 'The organisation has no such subscription' },
  'method-not-allowed': { status: 405, title: 'The resource does not support this method' },
  'org-exists': { status: 409, title: 'The organisation already exists' },
  'no-time-zone': { status: 409, title: 'The organisation has no valid time zone' },
  'idempotency-key-used': { status: 409, title: 'The idempotency key belongs to another change' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'address-too-long': { status: 414, title: 'A name in the address is too long' },
  'unsupported-media-type': { status: 415, title: 'The type of the body is not supported' },
  'expectation-failed': { status: 417, title: 'The expectation cannot be met' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The address or a header is too long' },
  'internal-error': { status: 500, title: 'Internal server error' },
  unavailable: { status: 503, title: 'A service that this needs is unavailable' },
  'query-timeout': { status: 503, title: 'The query took too long' },
} as const;
export type ProblemType = keyof typeof PROBLEMS;

/** An error in one parameter (`from`, `org`), in a header or, by JSON pointer, in a part of the body. */
export interface ProblemError {
  readonly detail: string;
  readonly parameter?: string;
  readonly pointer?: string;
  /** The allowed values of the parameter, where that is a short list. */
  readonly choices?: readonly string[];
}

export interface ProblemDocument {
  readonly type: ProblemType;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly ProblemError[];
  /** Of POST /v1/events: what became of each event. */
  readonly results?: readonly EventResult[];
}

/** Thrown anywhere in a request and answered as a problem document. The detail says what to do next. */
export class Problem extends Error {
  readonly code: ProblemType;
  readonly status: number;
  readonly errors: readonly ProblemError[];
  readonly headers: Readonly<Record<string, string>>;
  readonly results: readonly EventResult[] | undefined;

  constructor(
    type: ProblemType,
    detail: string,
    more: {
      readonly errors?: readonly ProblemError[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
      readonly results?: readonly EventResult[];
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = 'Problem';
    this.code = type;
    this.status = PROBLEMS[type].status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
    this.results = more.results;
  }

  document(): ProblemDocument {
    const { title, status } = PROBLEMS[this.code];
    const results = this.results && { results: this.results };
    return { type: this.code, title, status, detail: this.message, errors: this.errors, ...results };
  }
}

/** A parameter that matches its schema but is invalid in its meaning. @param detail follows the parameter's name */
export function invalidParameter(parameter: string, detail: string): Problem {
  return new Problem('invalid-request', `${parameter} ${detail}`, { errors: [{ parameter, detail }] });
}
