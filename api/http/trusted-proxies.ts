import { BlockList, isIP } from 'node:net';
import { Type } from 'typebox';

/**
 * TRUSTED_PROXIES: the proxies whose X-Forwarded-For is believed, so that requests without a valid token are counted
 * by their client and not all by the proxy. None by default: any client can send the header.
 */
export const trustedProxiesVariable = Type.Refine(
  Type.String({
    default: '',
    description: 'addresses and CIDR ranges of the proxies before the API, comma separated',
  }),
  (text) => trustedProxies(text).every(isRange),
  () => 'must be like 10.0.0.7, 10.1.0.0/16',
);

/** The addresses and ranges, as Fastify's trustProxy takes them. */
export const trustedProxies = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function isRange(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits)) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
    return Number(bits) > 0; // /0 would believe everyone
  } catch {
    return false;
  }
}
