import type { HttpResponse } from './http.ts';

/**
 * Sends a header whose value is computed at the last moment, when the status is known.
 * @param valueFor returns undefined where the header is not to be sent; it must not throw
 */
export function sendCostHeader(
  response: HttpResponse,
  name: string,
  valueFor: (status: number) => string | undefined,
): void {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = (status: number, ...rest: unknown[]): unknown => {
    const value = response.headersSent ? undefined : valueFor(status);
    if (value === undefined) return writeHead(status, ...rest);
    const last = rest.length - 1;
    const headers = rest[last];
    // Headers given as an object are written faster where none was set before.
    if (isHeaders(headers)) rest[last] = { ...headers, [name]: value };
    else response.setHeader(name, value);
    return writeHead(status, ...rest);
  };
}

const isHeaders = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
