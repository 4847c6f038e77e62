import { Type } from 'typebox';
import { compiled } from '../compiled-schema.ts';
import { withoutCredentials } from '../credentials.ts';
import { MAX_SCHEMA_ID } from '../../schemas/registry-framing.ts';
import type { RegistryAccess } from './access.ts';
import { requestJson, type JsonAnswer } from './request.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const SUBJECT_NOT_FOUND = 40_401;
const SCHEMA_NOT_FOUND = 40_403;

const RegisteredSchema = Type.Object({
  schema: Type.String(),
  /** Left out for Avro. */
  schemaType: Type.Optional(Type.String()),
  references: Type.Optional(Type.Array(Type.Unknown())),
});
const RegisteredId = Type.Object({ id: Type.Integer({ minimum: 1, maximum: MAX_SCHEMA_ID }) });
const Problem = Type.Object({ error_code: Type.Integer() });

/** A schema as the registry has it; its type decides what the text is. */
export interface RegistrySchema {
  readonly type: string;
  readonly text: string;
  /** Whether it refers to schemas of other subjects. */
  readonly hasReferences: boolean;
}

/**
 * The registry was not reached or did not give one of its documented answers. A repeat is harmless, and the only way
 * on: whether the schema exists is not known. Never has a login, a token or the answer's text in it.
 */
export class SchemaRegistryError extends Error {
  readonly code = 'SCHEMA_REGISTRY';
  constructor(request: string, problem: string, cause?: unknown) {
    super(`The schema registry failed to answer ${request}: ${problem}.`, { cause });
    this.name = 'SchemaRegistryError';
  }
}

/** A schema registry that speaks Confluent's REST API. Every request ends within 10 s. */
export class SchemaRegistry {
  readonly #access: RegistryAccess;
  readonly #timeoutMs: number;
  readonly #closed = new AbortController();

  constructor(access: RegistryAccess, timeoutMs = REQUEST_TIMEOUT_MS) {
    this.#access = access;
    this.#timeoutMs = timeoutMs;
  }

  /** @returns undefined where the registry says that it has no schema of this id. @throws SchemaRegistryError */
  async schemaById(id: number): Promise<RegistrySchema | undefined> {
    const path = `/schemas/ids/${id}`;
    const answer = await this.#request(path);
    if (problemOf(answer) === SCHEMA_NOT_FOUND) return undefined;
    const { check } = compiled(RegisteredSchema);
    if (answer.status !== 200 || !check(answer.body)) throw this.#unexpected(`GET ${path}`, answer);
    const { schema, schemaType = 'AVRO', references = [] } = answer.body;
    return { type: schemaType, text: schema, hasReferences: references.length > 0 };
  }

  /**
   * The id of an Avro schema under a subject.
   * @param register registers the schema where it is missing
   * @throws SchemaRegistryError, also where the schema is missing and must not be registered
   */
  async idOf(subject: string, schema: string, register: boolean): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}${register ? '/versions' : ''}`;
    const answer = await this.#request(path, { schema, schemaType: 'AVRO' });
    const problem = problemOf(answer);
    if (!register && (problem === SUBJECT_NOT_FOUND || problem === SCHEMA_NOT_FOUND)) {
      const missing = `the subject ${subject} does not have the schema: register it, or set register`;
      throw new SchemaRegistryError(`POST ${path}`, missing);
    }
    const { check } = compiled(RegisteredId);
    if (answer.status !== 200 || !check(answer.body)) throw this.#unexpected(`POST ${path}`, answer);
    return answer.body.id;
  }

  /** Ends the requests under way; later ones fail at once. */
  close(): void {
    this.#closed.abort(new Error('closed'));
  }

  async #request(path: string, payload?: object): Promise<JsonAnswer> {
    const signal = AbortSignal.any([AbortSignal.timeout(this.#timeoutMs), this.#closed.signal]);
    try {
      return await requestJson(this.#access, path, payload, signal);
    } catch (error) {
      const problem = signal.aborted ? messageOf(signal.reason) : messageOf(error);
      const at = `at ${withoutCredentials(this.#access.url)}`;
      throw new SchemaRegistryError(`${payload ? 'POST' : 'GET'} ${path} ${at}`, problem, error);
    }
  }

  #unexpected(request: string, answer: JsonAnswer): SchemaRegistryError {
    const at = `${request} at ${withoutCredentials(this.#access.url)}`;
    return new SchemaRegistryError(at, describe(answer));
  }
}

/** The error code of an answer that says that there is no such thing. A wrong address is a 404 without such a code. */
function problemOf({ status, body }: JsonAnswer): number | undefined {
  return status === 404 && compiled(Problem).check(body) ? body.error_code : undefined;
}

function describe({ status, body }: JsonAnswer): string {
  const code = compiled(Problem).check(body) ? `, error code ${body.error_code}` : '';
  if (status === 401 || status === 403)
    return `it answered ${status}${code}; check the user name and the password, or the token`;
  if (status === 200) return 'it answered 200, but not as a schema registry does; check its address';
  if (status === 404) return `it answered 404${code}; check its address, which may need a path`;
  return `it answered ${status}${code}`;
}

/** An AggregateError, of a host with several addresses, has a code and no message. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
