import compress from '@fastify/compress';
import type { ApiServer } from '../server.ts';

/** Less than about one packet: nothing would be gained. */
const THRESHOLD_BYTES = 1_024;

/** Beside the types that mime-db calls compressible: it does not know NDJSON. */
const COMPRESSIBLE = /^text\/|[+/](?:x-nd)?json(?:;|$)/;

/** Answers are compressed where the client takes it, streamed ones too; compressed requests are not read. */
export async function compressAnswers(app: ApiServer): Promise<void> {
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: THRESHOLD_BYTES,
    customTypes: COMPRESSIBLE,
    // A small body that inflates to gigabytes is an old trick, and no request here is large.
    globalDecompression: false,
  });
}
