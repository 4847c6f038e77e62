import { ApiError } from './api-error.ts';
import { send, type Query } from './send.ts';

/** Longer than the API lets a download take. */
const TIMEOUT_MS = 610_000;

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
  const response = await send(path, { query, signal, timeoutMs: TIMEOUT_MS });
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
