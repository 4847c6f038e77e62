/** What a browser does with redirects and cookies, one step at a time, without its scripts. */
export interface Visitor {
  /** By name and path, as a browser keeps them. Ports share cookies. */
  readonly cookies: Map<string, string>;
  open(url: string, options?: VisitorOptions): Promise<Page>;
}

export interface VisitorOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a form. */
  readonly form?: Readonly<Record<string, string>>;
}

export interface Page {
  readonly status: number;
  /** Where it redirects to, absolute; empty if it does not. */
  readonly location: string;
  readonly text: string;
  readonly setCookies: readonly string[];
}

export function newVisitor(): Visitor {
  const cookies = new Map<string, string>();
  return {
    cookies,
    open: async (url, { method = 'GET', headers = {}, form } = {}) => {
      const { pathname } = new URL(url);
      const cookie = [...cookies]
        .filter(([key]) => pathname.startsWith(key.slice(key.indexOf(';') + 1)))
        .map(([key, value]) => `${key.slice(0, key.indexOf(';'))}=${value}`)
        .join('; ');
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        headers: { ...(cookie !== '' && { cookie }), ...headers },
        ...(form && { body: new URLSearchParams(form) }),
      });
      const setCookies = response.headers.getSetCookie();
      for (const text of setCookies) keep(cookies, text);
      const location = response.headers.get('location');
      return {
        status: response.status,
        location: location === null ? '' : new URL(location, url).href,
        text: await response.text(),
        setCookies,
      };
    },
  };
}

function keep(cookies: Map<string, string>, text: string): void {
  const [pair = '', ...attributes] = text.split(';').map((part) => part.trim());
  const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  const attribute = (wanted: string) =>
    attributes.find((each) => each.toLowerCase().startsWith(`${wanted}=`))?.split('=')[1];
  const key = `${name};${attribute('path') ?? '/'}`;
  const expires = attribute('expires');
  const isOver = attribute('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now());
  if (value === '' || isOver) cookies.delete(key);
  else cookies.set(key, value);
}

/**
 * Follows the provider's pages from the address that the dashboard sent the browser to, and types the login.
 * @returns the address that leads back to the dashboard, not yet opened
 */
export async function signInAtProvider(visitor: Visitor, address: string, login: string): Promise<string> {
  const asked = await visitor.open(address);
  // The provider knows this browser already.
  if (!asked.location.includes('/interaction/')) return asked.location;
  const form = { prompt: 'login', login, password: 'any' };
  const sent = await visitor.open(asked.location, { method: 'POST', form });
  const { location } = await visitor.open(sent.location);
  return location;
}
