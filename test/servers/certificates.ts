import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { DAY_MS } from '../../schemas/time-units.ts';

/** Certificates of a suite's own (X.509, RFC 5280), without a program that every machine would need. */
export interface Identity {
  readonly name: string;
  readonly key: KeyObject;
  /** PEM */
  readonly certificate: string;
  /** PEM, PKCS 8 */
  readonly keyPem: string;
}

export interface IssueOptions {
  /** Common name: for Kafka the user's, as CN=name. */
  readonly name: string;
  /** Of a server. */
  readonly ips?: readonly string[];
  /** Default: a day from now. Before now for an expired one. */
  readonly validUntilMs?: number;
}

/** An authority that signs itself. */
export function newAuthority(name: string): Identity {
  const { publicKey, privateKey } = newKeys();
  return identity(name, privateKey, certificate({ name }, publicKey, { name, key: privateKey }, [BASIC_CA]));
}

export function issue(authority: Identity, options: IssueOptions): Identity {
  const { publicKey, privateKey } = newKeys();
  const extensions = options.ips ? [alternativeNames(options.ips)] : [];
  return identity(options.name, privateKey, certificate(options, publicKey, authority, extensions));
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const identity = (name: string, key: KeyObject, content: Buffer): Identity => ({
  name,
  key,
  certificate: `-----BEGIN CERTIFICATE-----\n${(content.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`,
  keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
});

function certificate(
  { name, validUntilMs = Date.now() + DAY_MS }: IssueOptions,
  publicKey: KeyObject,
  issuer: { readonly name: string; readonly key: KeyObject },
  extensions: readonly Buffer[],
): Buffer {
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])), // serial number
    ECDSA_SHA256,
    distinguishedName(issuer.name),
    sequence(time(validUntilMs - 2 * DAY_MS), time(validUntilMs)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign('sha256', content, issuer.key);
  return sequence(content, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
/** UTCTime, to the second. */
const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(new Date(ms).toISOString().replaceAll(/^20|[-T:]|\.\d+/g, '')));
const distinguishedName = (name: string): Buffer =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
const alternativeNames = (ips: readonly string[]): Buffer =>
  sequence(
    oid('551d11'),
    der(0x04, sequence(...ips.map((ip) => der(0x87, Buffer.from(ip.split('.').map(Number)))))),
  );
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
/** Critical: an authority. */
const BASIC_CA = sequence(
  oid('551d13'),
  der(0x01, Buffer.from([0xff])),
  der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
);
