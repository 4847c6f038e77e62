/** What the routers of Express set on a request. */
interface ExpressRequest {
  baseUrl: string | undefined;
  route?: unknown;
  readonly params?: unknown;
}

/**
 * Finds the template of the Express route that handles a request. Express forgets the mount path of a router whose
 * handler failed, and keeps a mount path only as it was requested, so both are read as the routers set them.
 * @returns what finds nothing unless a router of Express handles the request
 */
export function expressTemplate(request: object): () => string | undefined {
  if (!isExpress(request)) return () => undefined;
  const watched = new WatchedRoute();
  watched.enter(request.baseUrl, request.params);
  let { route } = request;
  Object.defineProperty(request, 'baseUrl', {
    configurable: true,
    enumerable: true,
    get: () => watched.baseUrl,
    set: (baseUrl: string | undefined) => {
      watched.enter(baseUrl, request.params);
    },
  });
  Object.defineProperty(request, 'route', {
    configurable: true,
    enumerable: true,
    get: () => route,
    set: (value: unknown) => {
      route = value;
      watched.match(value);
    },
  });
  return () => watched.template;
}

const isExpress = (request: object): request is ExpressRequest =>
  'baseUrl' in request && typeof request.baseUrl === 'string';

class WatchedRoute {
  /** The templates of mount paths, by the path as requested; undefined where it cannot be known. */
  readonly #mounts = new Map<string, string | undefined>([['', '']]);
  baseUrl: string | undefined;
  template: string | undefined;

  /** A router is entered, or left again: then the path is shorter, and known. Express's own router leaves undefined. */
  enter(path: string | undefined, params: unknown): void {
    const parent = this.baseUrl ?? '';
    this.baseUrl = path;
    const baseUrl = path ?? '';
    if (baseUrl.length <= parent.length || !baseUrl.startsWith(parent)) return;
    const base = this.#mounts.get(parent);
    const mount = base === undefined ? undefined : mountTemplate(baseUrl, parent.length, params);
    this.#mounts.set(baseUrl, mount === undefined ? undefined : `${base}${mount}`);
  }

  match(route: unknown): void {
    const base = this.#mounts.get(this.baseUrl ?? '');
    const path = pathOf(route);
    if (base === undefined || path === undefined) this.template = undefined;
    else this.template = path === '/' && base !== '' ? base : base + path;
  }
}

/** One route may have several paths, or a regular expression; none of them has an id in it. */
function pathOf(route: unknown): string | undefined {
  if (typeof route !== 'object' || route === null || !('path' in route)) return undefined;
  const { path } = route;
  if (typeof path === 'string') return path;
  return Array.isArray(path) ? path.join(', ') : String(path);
}

/**
 * Puts the names of parameters in place of their values.
 * @returns undefined if a value is not a whole segment: then it cannot be found, and must not be recorded
 */
function mountTemplate(baseUrl: string, from: number, params: unknown): string | undefined {
  const names = new Map(Object.entries(params ?? {}).map(([name, value]) => [value, `:${name}`]));
  const segments = new Set(baseUrl.split('/').map(decoded));
  if (![...names.keys()].every((value) => segments.has(value))) return undefined;
  const mount = baseUrl.slice(from).split('/');
  return mount.map((segment) => names.get(decoded(segment)) ?? segment).join('/');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
