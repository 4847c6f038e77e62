import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { Type } from 'typebox';
import { freePort } from '../../deploy/local/ports.ts';
import { compiled } from '../../platform/compiled-schema.ts';

/** A schema as it was registered. */
export interface Registered {
  readonly schema: string;
  readonly schemaType?: string;
  readonly references?: readonly object[];
}

/** What the server answers instead of what it should. */
export type Trouble = (answer: ServerResponse) => void;

const Payload = Type.Object({ schema: Type.String() });

/**
 * A schema registry of a suite's own that can be away, slow or broken. It speaks the part of Confluent's REST API that
 * the project uses: GET /schemas/ids/{id}, POST /subjects/{subject} and POST /subjects/{subject}/versions.
 */
export class TestSchemaRegistry {
  /** What every request had: method, path and authorization. */
  readonly requests: { readonly line: string; readonly authorization: string | undefined }[] = [];
  trouble: Trouble | undefined;
  readonly #schemas = new Map<number, Registered>();
  readonly #subjects = new Map<string, Map<string, number>>();
  readonly #server: Server;
  readonly #scheme: string;
  #port = 0;

  /** @param tls certificate and key, for https */
  constructor(tls?: { readonly cert: string; readonly key: string }) {
    const handle = (request: IncomingMessage, answer: ServerResponse): void =>
      void this.#handle(request, answer);
    this.#server = tls ? createTlsServer(tls, handle) : createServer(handle);
    this.#scheme = tls ? 'https' : 'http';
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  /** Starts, at the same address as before if it ran. */
  async start(): Promise<this> {
    // No outgoing connection gets this port while the server is stopped.
    if (this.#port === 0) this.#port = await freePort();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    return this;
  }

  /** Ends every connection; its address then rejects connections. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** @param id given out by the caller, as the ids of other subjects' schemas are */
  add(id: number, registered: Registered): void {
    this.#schemas.set(id, registered);
  }

  async #handle(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    this.requests.push({ line: `${method} ${url}`, authorization: request.headers.authorization });
    if (this.trouble) return this.trouble(answer);
    const [, id] = /^\/schemas\/ids\/(\d+)$/.exec(url) ?? [];
    const [, subject, versions] = /^\/subjects\/([^/]+)(\/versions)?$/.exec(url) ?? [];
    if (method === 'GET' && id !== undefined) {
      const registered = this.#schemas.get(Number(id));
      if (registered) answerJson(answer, 200, registered);
      else answerJson(answer, 404, { error_code: 40_403, message: 'Schema not found' });
    } else if (method === 'POST' && subject !== undefined) {
      const payload: unknown = JSON.parse(await text(request));
      if (!compiled(Payload).check(payload)) return answerJson(answer, 422, { error_code: 42_201 });
      const found = this.#subjects.get(subject);
      const known = found?.get(payload.schema) ?? (versions ? this.#register(subject, payload) : undefined);
      if (known !== undefined) answerJson(answer, 200, { id: known });
      else answerJson(answer, 404, { error_code: found ? 40_403 : 40_401, message: 'not found' });
    } else answerJson(answer, 404, { error_code: 404, message: 'HTTP 404 Not Found' });
  }

  #register(subject: string, registered: Registered): number {
    const id = Math.max(0, ...this.#schemas.keys()) + 1;
    this.#schemas.set(id, registered);
    const schemas = this.#subjects.get(subject) ?? new Map<string, number>();
    this.#subjects.set(subject, schemas.set(registered.schema, id));
    return id;
  }
}

export function answerJson(answer: ServerResponse, status: number, body: object): void {
  answer.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
  answer.end(JSON.stringify(body));
}
