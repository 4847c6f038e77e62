/** An entity tag, or what another server may have sent as one: obsolete text is allowed in it (RFC 9110, 8.8.3). */
const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/;
const LIST = new RegExp(String.raw`^[ \t,]*(?:${TAG.source}(?:[ \t]*,[ \t,]*|[ \t]*$))+$`);
const EACH = new RegExp(TAG.source, 'g');

/**
 * Whether `If-None-Match` names the representation: `*`, or a list with its tag in it. Tags are compared weakly, so a
 * proxy that compresses and therefore weakens the tag does not end revalidation (RFC 9110, 13.1.2). A field that does not
 * follow the grammar matches nothing: the client gets the whole answer.
 * @param etag with its quotes, weak or strong
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  if (!LIST.test(ifNoneMatch)) return false;
  const opaque = opaqueOf(etag);
  return [...ifNoneMatch.matchAll(EACH)].some(([, tag]) => tag === opaque);
}

const opaqueOf = (etag: string): string | undefined => TAG.exec(etag)?.[1];
