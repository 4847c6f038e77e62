import { X509Certificate } from 'node:crypto';
import type { RegistryOptions } from './options.ts';

/** What a request to the registry needs. */
export interface RegistryAccess {
  readonly url: string;
  readonly authorization?: string;
  readonly ca?: string;
}

/** @returns everything that is wrong, empty where all is right. @param names how its reader calls the options */
export function accessProblems(
  { url, username, password, token, ca }: RegistryOptions,
  names: Readonly<Record<keyof RegistryOptions, string>>,
): string[] {
  const address = /^https?:/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  const isBare = address?.username === '' && address.password === '' && address.search === '';
  const problems: readonly [isProblem: boolean, problem: string][] = [
    [address === undefined, `${names.url} must be like http://127.0.0.1:8081`],
    [
      address !== undefined && !isBare,
      `${names.url} must have neither a login nor a query: use ${names.username} and ${names.password}, or ${names.token}`,
    ],
    [Boolean(username) && !password, `${names.password} is missing: ${names.username} needs it`],
    [Boolean(password) && !username, `${names.username} is missing: ${names.password} needs it`],
    [Boolean(username) && Boolean(token), `Set either ${names.username} or ${names.token}, not both`],
    [username?.includes(':') ?? false, `${names.username} must not have a colon`],
    [/[^\x21-\x7e]/.test(token ?? ''), `${names.token} must be one word of printable ASCII characters`],
    [Boolean(ca) && address?.protocol === 'http:', `${names.ca} needs an https address in ${names.url}`],
    [Boolean(ca) && !isCertificate(ca ?? ''), `${names.ca} does not have a certificate in PEM`],
  ];
  return problems.flatMap(([isProblem, problem]) => (isProblem ? problem : []));
}

/** @param options without problems */
export function accessOf({ url, username, password, token, ca }: RegistryOptions): RegistryAccess {
  const login = `${username}:${password}`;
  return {
    url: url.replace(/\/+$/, ''),
    ...(username && { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    ...(token && { authorization: `Bearer ${token}` }),
    ...(ca && { ca }),
  };
}

function isCertificate(pem: string): boolean {
  try {
    return Boolean(new X509Certificate(pem));
  } catch {
    return false;
  }
}
