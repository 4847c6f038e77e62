import { createHash } from 'node:crypto';
import type { ApiServer } from '../server.ts';
import { CODINGS, type Coding } from './accept-encoding.ts';
import { codingOfAnswer } from './compression.ts';
import { namedEtag } from './conditional.ts';

/** A public file, such as a page, its script or its style sheet. */
export interface OpenFile {
  readonly url: string;
  readonly mediaType: string;
  readonly content: string | Buffer;
  /** True where the URL changes with the content. */
  readonly isImmutable?: boolean;
}

const FOR_A_YEAR = 'public, max-age=31536000, immutable';

/**
 * Serves files from memory, each under its own URL, so that no URL ever names a path on the disk. Browsers revalidate
 * them on every use; immutable ones they keep.
 */
export function serveFiles(app: ApiServer, files: readonly OpenFile[]): void {
  for (const { url, mediaType, content, isImmutable = false } of files) {
    const hash = createHash('sha256').update(content).digest('base64url');
    // Strong tags differ between the representations of a file (RFC 9110, 8.8.3.3).
    const etagOf = (coding: Coding | undefined): string =>
      coding === undefined ? `"${hash}"` : `"${hash}-${coding}"`;
    const sizeBytes = Buffer.byteLength(content);
    app.route({
      method: 'GET',
      url,
      config: { access: 'open', isUnlimited: true },
      schema: { hide: true },
      handler: async (request, reply) => {
        const { headers } = request;
        const etag = etagOf(codingOfAnswer(headers['accept-encoding'], mediaType, sizeBytes));
        reply.headers({ 'cache-control': isImmutable ? FOR_A_YEAR : 'no-cache', etag });
        // All of them are the same content: whichever the client has cached is current.
        const cached = namedEtag(headers['if-none-match'], [etag, etagOf(undefined), ...CODINGS.map(etagOf)]);
        if (cached !== undefined) {
          return reply.code(304).headers({ etag: cached, vary: 'accept-encoding' }).send();
        }
        return reply.type(mediaType).send(content);
      },
    });
  }
}
