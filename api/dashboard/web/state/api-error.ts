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

/** The problem document of an answer; what stands in its place says nothing but its status. */
export async function problemOf(response: Response): Promise<ApiError> {
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
