import { createHash } from 'node:crypto';
import type { ApiServer } from '../server.ts';
import { matchesEtag } from './conditional.ts';

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
    // Weak: the plain and the compressed representation share it (RFC 9110, 8.8.3.3).
    const etag = `W/"${createHash('sha256').update(content).digest('base64url')}"`;
    app.route({
      method: 'GET',
      url,
      config: { access: 'open', isUnlimited: true },
      schema: { hide: true },
      handler: async (request, reply) => {
        reply.headers({ 'cache-control': isImmutable ? FOR_A_YEAR : 'no-cache', etag });
        if (matchesEtag(request.headers['if-none-match'], etag)) {
          // As on the answer that the browser has cached.
          return reply.code(304).header('vary', 'accept-encoding').send();
        }
        return reply.type(mediaType).send(content);
      },
    });
  }
}
