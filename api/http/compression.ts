import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import type { ApiServer } from '../server.ts';
import { CODINGS, preferredCoding, type Coding } from './accept-encoding.ts';

/** About one packet: compressing less gains nothing. */
const THRESHOLD_BYTES = 1_024;

/**
 * Of 4.6 MB of charges, level 1 of gzip makes 269 KB in 12 ms, 6 makes 243 KB in 36; quality 2 of brotli makes 146 KB in
 * 17 ms, 4 (the plugin's) makes 147 KB in 70.
 */
const GZIP_LEVEL = 1;
const BROTLI_QUALITY = 2;

/** The media types that are compressed: all of the API's but PDF. mime-db lacks NDJSON. */
const COMPRESSIBLE = /^text\/|^image\/svg\+xml(?:;|$)|[+/](?:x-nd)?json(?:;|$)/;

/** The coding in which the answer to a request is sent; undefined where it is sent as it is. */
export function codingOfAnswer(
  acceptEncoding: string | undefined,
  mediaType: string,
  sizeBytes: number,
): Coding | undefined {
  if (sizeBytes < THRESHOLD_BYTES || !COMPRESSIBLE.test(mediaType)) return undefined;
  return preferredCoding(acceptEncoding);
}

/** Compresses answers, streamed ones too, for clients that accept it. Compressed requests are not supported. */
export async function compressAnswers(app: ApiServer): Promise<void> {
  // The plugin reads this header by a simpler grammar: to it, "br;q=0, *" is br. The other one is its own invention.
  app.addHook('onRequest', async ({ raw: { headers } }) => {
    const coding = preferredCoding(headers['accept-encoding']);
    delete headers['x-no-compression'];
    if (coding === undefined) delete headers['accept-encoding'];
    else headers['accept-encoding'] = coding;
  });
  // A cache must know that an answer depends on the request's codings also from one that was not compressed.
  app.addHook('onSend', async (_request, reply) => {
    if (!COMPRESSIBLE.test(String(reply.getHeader('content-type')))) return;
    const vary = reply.getHeader('vary');
    reply.header('vary', vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`);
  });
  await app.register(compress, {
    encodings: [...CODINGS],
    threshold: THRESHOLD_BYTES,
    zlibOptions: { level: GZIP_LEVEL },
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } },
    customTypes: (mediaType: string) => COMPRESSIBLE.test(mediaType),
    // A small body could inflate to gigabytes, and no request here is large.
    globalDecompression: false,
  });
}
