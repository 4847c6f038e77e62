import { createHash } from 'node:crypto';
import type { ApiServer } from '../server.ts';

/** A file that is open to everyone, such as a page, its script or its style sheet. */
export interface OpenFile {
  readonly url: string;
  readonly mediaType: string;
  readonly content: string | Buffer;
  /** Its address changes with its content. */
  readonly isImmutable?: boolean;
}

const FOR_A_YEAR = 'public, max-age=31536000, immutable';

/**
 * Serves the files from memory, each at its address alone, so that no address ever names a path on the disk.
 * Browsers keep them and ask each time whether they changed; those that cannot change they keep for good.
 */
export function serveFiles(app: ApiServer, files: readonly OpenFile[]): void {
  for (const { url, mediaType, content, isImmutable = false } of files) {
    const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
    app.route({
      method: 'GET',
      url,
      config: { access: 'open' },
      schema: { hide: true },
      handler: async (request, reply) => {
        reply.headers({ 'cache-control': isImmutable ? FOR_A_YEAR : 'no-cache', etag });
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        return reply.type(mediaType).send(content);
      },
    });
  }
}
