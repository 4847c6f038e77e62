/** The addresses in CLICKHOUSE_URL, comma separated. */
export const addressesOf = ({ CLICKHOUSE_URL }: { readonly CLICKHOUSE_URL: string }): string[] =>
  CLICKHOUSE_URL.split(',').map((address) => address.trim());

/**
 * What is wrong with the value of CLICKHOUSE_URL; undefined where nothing is.
 * Several addresses are servers of one cluster, any of which answers the same request: only host and port differ.
 */
export function addressesProblem(text: string): string | undefined {
  const addresses = addressesOf({ CLICKHOUSE_URL: text });
  if (!addresses.every((address) => /^https?:/.test(address) && URL.canParse(address))) {
    return 'must be like http://127.0.0.1:8123, or several of them with commas between';
  }
  if (addresses.length === 1) return undefined;
  const urls = addresses.map((address) => new URL(address));
  if (new Set(urls.map((url) => restOf(url))).size > 1)
    return 'must have addresses that differ only in host and port';
  if (urls.some(({ username, password }) => username !== '' || password !== '')) {
    return 'must have no login in several addresses: set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD';
  }
  if (new Set(urls.map(({ host }) => host)).size < urls.length) return 'names the same server twice';
  return undefined;
}

const restOf = ({ protocol, pathname, search }: URL): string => `${protocol} ${pathname}${search}`;
