/** What the meter uses of node:http's messages, so that the package's declarations need no types of Node. */

/** An http.IncomingMessage, or an http2.Http2ServerRequest. */
export interface HttpRequest {
  readonly method?: string | undefined;
  readonly socket: HttpSocket;
  /** Whether the connection was handed over to an `upgrade` or `connect` listener. */
  readonly upgrade?: boolean | undefined;
}

export interface HttpSocket {
  readonly remoteAddress?: string | undefined;
  once(event: 'close', listener: () => void): unknown;
}

/** An http.ServerResponse, or an http2.Http2ServerResponse. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headersSent: boolean;
  /** Whether 'close' was emitted. */
  readonly closed?: boolean;
  /** Null while the answer to an earlier request of the connection is not finished. */
  readonly socket: object | null;
  on(event: 'close', listener: () => void): unknown;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number, ...rest: unknown[]): unknown;
  end(text: string): unknown;
}
