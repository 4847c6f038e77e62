/** An entity tag, strong or weak, also as another server may write it: obsolete text is allowed (RFC 9110, 8.8.3). */
const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/;
const LIST = new RegExp(String.raw`^[ \t,]*(?:${TAG.source}(?:[ \t]*,[ \t,]*|[ \t]*$))+$`);
const EACH = new RegExp(TAG.source, 'g');

/**
 * The first of `etags` that `If-None-Match` names, in a list or by `*`; undefined where it names none of them. Tags are
 * compared weakly, so a proxy that compresses and therefore weakens a tag does not end revalidation (RFC 9110, 13.1.2). A
 * field that does not follow the grammar names nothing: the client gets the whole answer.
 * @param etags strong, with their quotes
 */
export function namedEtag(
  ifNoneMatch: string | undefined,
  [first, ...others]: readonly [string, ...string[]],
): string | undefined {
  if (ifNoneMatch === undefined) return undefined;
  if (ifNoneMatch.trim() === '*') return first;
  if (!LIST.test(ifNoneMatch)) return undefined;
  const named = new Set(Array.from(ifNoneMatch.matchAll(EACH), ([, tag]) => `"${tag}"`));
  return [first, ...others].find((etag) => named.has(etag));
}
