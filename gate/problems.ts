/** The problems of the gate's HTTP interface (RFC 9457). */
const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is invalid' },
  unauthorized: { status: 401, title: 'A valid bearer token is required' },
  forbidden: { status: 403, title: 'The role may not do this' },
  'not-found': { status: 404, title: 'Resource not found' },
  'no-subscription': { status: 404, title: 'The organisation has no such subscription' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The type of the body is not supported' },
  // Not 421: on that, the fetch of Node 24 sends the request again without its body, and fails.
  'other-gate': { status: 409, title: 'Another gate has this organisation' },
  'internal-error': { status: 500, title: 'Internal server error' },
  unavailable: { status: 503, title: 'The gate cannot grant credits now' },
} as const;
type ProblemType = keyof typeof PROBLEMS;

/** Answered as a problem document. The detail says what to do next. */
export class GateProblem extends Error {
  readonly code: ProblemType;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #more: object;

  /** @param given.more further members of the document */
  constructor(
    type: ProblemType,
    detail: string,
    given: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
      readonly more?: object;
    } = {},
  ) {
    super(detail, { cause: given.cause });
    this.name = 'GateProblem';
    this.code = type;
    this.status = PROBLEMS[type].status;
    this.headers = given.headers ?? {};
    this.#more = given.more ?? {};
  }

  document(): object {
    const { title, status } = PROBLEMS[this.code];
    return { type: this.code, title, status, detail: this.message, ...this.#more };
  }
}

/** The same for an organisation that the bearer may not ask about, so that it cannot find out which ones there are. */
export const noSubscription = (orgId: string, product: string): GateProblem =>
  new GateProblem('no-subscription', `The organisation ${orgId} has no subscription of ${product}.`);
