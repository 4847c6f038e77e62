import compress from '@fastify/compress';
import type { ApiServer } from '../server.ts';

/** About one packet: compressing less gains nothing. */
const THRESHOLD_BYTES = 1_024;

/** In addition to the types that mime-db calls compressible, which lack NDJSON. */
const COMPRESSIBLE = /^text\/|[+/](?:x-nd)?json(?:;|$)/;

/** Compresses answers, streamed ones too, for clients that accept it. Compressed requests are not supported. */
export async function compressAnswers(app: ApiServer): Promise<void> {
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: THRESHOLD_BYTES,
    customTypes: COMPRESSIBLE,
    // A small body could inflate to gigabytes, and no request here is large.
    globalDecompression: false,
  });
}
