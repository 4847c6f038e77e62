import { clientCredentialsToken, isTrustedEndpoint } from '../../platform/kafka/client-credentials.ts';
import {
  areLocal,
  PASSWORD_MECHANISMS,
  type KafkaSecurity,
  type Sasl,
} from '../../platform/kafka/security.ts';
import { tlsFileProblems } from '../../platform/kafka/tls-files.ts';
import type { PublisherSasl, PublisherSecret, PublisherTls } from './kafka-options.ts';

export interface PublisherConnection {
  readonly brokers: readonly string[];
  readonly tls: true | PublisherTls | undefined;
  readonly sasl: PublisherSasl | undefined;
}

const NAMES = {
  brokers: 'brokers',
  tls: 'tls',
  caFile: 'tls.caFile',
  certFile: 'tls.certFile',
  keyFile: 'tls.keyFile',
  mechanism: 'sasl.mechanism',
  username: 'sasl.username',
  password: 'sasl.password',
  token: 'sasl.token or sasl.clientSecret',
};

/** @throws RangeError with every problem, and never with a secret */
export function publisherSecurity(connection: PublisherConnection, now: () => number): KafkaSecurity {
  const { tls, sasl } = connection;
  const files = tls === true ? {} : tls;
  const problems = [
    ...(files ? tlsFileProblems(files, NAMES) : []),
    ...(sasl ? saslProblems(sasl, connection) : []),
  ];
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  return { ...(files && { tls: files }), ...(sasl && { sasl: saslOf(sasl, now) }), names: NAMES };
}

/** JavaScript has no types to keep a mechanism from being another. */
function saslProblems(sasl: PublisherSasl, { brokers, tls }: PublisherConnection): string[] {
  const { mechanism } = sasl;
  const isKnown = [...PASSWORD_MECHANISMS, 'OAUTHBEARER'].includes(mechanism);
  const isClear = (mechanism === 'PLAIN' || mechanism === 'OAUTHBEARER') && !tls && !areLocal(brokers);
  return [
    !isKnown && `sasl.mechanism must be one of ${PASSWORD_MECHANISMS.join(', ')} and OAUTHBEARER`,
    isClear && `sasl.mechanism ${mechanism} sends a secret unencrypted: set tls`,
    'tokenUrl' in sasl &&
      !isTrustedEndpoint(sasl.tokenUrl) &&
      'sasl.tokenUrl must be an https: URL: it is sent the secret',
    'username' in sasl && sasl.username === '' && 'sasl.username is empty',
    'password' in sasl && sasl.password === '' && 'sasl.password is empty',
  ].filter((problem) => typeof problem === 'string');
}

function saslOf(sasl: PublisherSasl, now: () => number): Sasl {
  if (sasl.mechanism !== 'OAUTHBEARER') return { ...sasl, password: current(sasl.password) };
  if ('token' in sasl) return sasl;
  const token = clientCredentialsToken({ ...sasl, clientSecret: current(sasl.clientSecret) }, now);
  return { mechanism: sasl.mechanism, token };
}

const current = (secret: PublisherSecret) => (): string | Promise<string> =>
  typeof secret === 'string' ? secret : secret();
