/** The codings that this API can send, the better one first. */
export const CODINGS = ['br', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

const ALIASES: ReadonlyMap<string, string> = new Map([['x-gzip', 'gzip']]);
const ELEMENT = /^([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*;[ \t]*q=([01](?:\.\d{0,3})?))?$/i;

/**
 * The coding that `Accept-Encoding` prefers among ours; undefined where the answer should be sent as it is
 * (RFC 9110, 12.5.3). `q=0` excludes a coding, `*` stands only for those that the field does not name, and names are
 * case-insensitive. Elements that do not follow the grammar count as absent.
 */
export function preferredCoding(acceptEncoding: string | undefined): Coding | undefined {
  const qualities = new Map<string, number>();
  for (const element of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [, name, quality = '1'] = ELEMENT.exec(element.trim()) ?? [];
    if (name !== undefined) qualities.set(ALIASES.get(name) ?? name, Math.min(1, Number(quality)));
  }
  const other = qualities.get('*') ?? 0;
  const qualityOf = (coding: Coding): number => qualities.get(coding) ?? other;
  const [best] = CODINGS.toSorted((a, b) => qualityOf(b) - qualityOf(a));
  if (best === undefined || qualityOf(best) === 0) return undefined;
  // Unnamed, the identity is acceptable but not preferred.
  return qualityOf(best) >= (qualities.get('identity') ?? 0) ? best : undefined;
}
