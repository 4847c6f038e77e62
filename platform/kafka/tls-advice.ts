import type { SettingNames } from './security.ts';

const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);
/** The broker's alerts about the client's certificate; Java uses several for the same reason. */
const CLIENT_REJECTED =
  /^ERR_SSL_[\w/]*ALERT_(BAD_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE)$/;

/**
 * What to do about an error of TLS, which names only its code.
 * @param code of Node's error
 * @returns undefined where the error is of another kind: waiting may help then
 */
export function tlsAdvice(code: string, names: SettingNames): string | undefined {
  if (UNTRUSTED.has(code)) {
    return `No trusted authority has signed the broker's certificate: set ${names.caFile} to the one that has`;
  }
  if (CLIENT_REJECTED.test(code)) {
    return (
      "The broker rejects this client's certificate, which is missing, expired or of an authority that it does not " +
      `trust: set ${names.certFile} and ${names.keyFile}`
    );
  }
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return "The broker's certificate, or one that signs it, has expired: renew it";
    case 'CERT_NOT_YET_VALID':
      return "The broker's certificate is not valid yet: check the clocks of both machines";
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return (
        `The broker's certificate is for another name: use in ${names.brokers}, and in the brokers' advertised.listeners, ` +
        'a name that it has'
      );
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `The broker does not speak TLS on this port: use its TLS port in ${names.brokers}, or turn ${names.tls} off`;
    default:
      return undefined;
  }
}
