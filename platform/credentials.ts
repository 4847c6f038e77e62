/**
 * An address fit for a log or an error: without user, password and query string, which may hold a password too.
 * Works on text that is not a URL, because a mistyped address is the one that ends up in an error.
 */
export function withoutCredentials(address: string): string {
  const beforeQuery = address.replace(/\?.*=.*$/s, '');
  const end = beforeQuery.lastIndexOf('@');
  if (end < 0) return beforeQuery;
  const [scheme = ''] = /^[a-z][a-z\d+.-]*:\/\//i.exec(beforeQuery) ?? [];
  return `${scheme}***${beforeQuery.slice(end)}`;
}
