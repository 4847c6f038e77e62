import { SCREENS } from '../dashboard/files.ts';

/** The cookie of the attempt holds it. A longer query is left out. */
const MAX_QUERY = 1_000;

/**
 * Where a sign-in leads back to: the screen that the dashboard names, with what it shows. Anything that is not one of
 * the dashboard's own screens is its first one, so that no link to the sign-in can lead to another site. The answer
 * is a whole URL of this origin for the same reason: browsers read `//host` and `/\host` as other sites.
 * @param path as the browser sent it
 */
export function returnAddress(path: string, publicUrl: URL): URL {
  const first = new URL('/', publicUrl);
  if (!path.startsWith('/') || !URL.canParse(path, publicUrl.href)) return first;
  const { origin, pathname, search } = new URL(path, publicUrl);
  const screen = SCREENS.find((each) => each === pathname);
  if (origin !== publicUrl.origin || screen === undefined) return first;
  const address = new URL(screen, publicUrl);
  if (search.length <= MAX_QUERY) address.search = search;
  return address;
}
