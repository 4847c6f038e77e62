import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newClusterId, startBroker } from '../../deploy/local/kafka.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { runDataDir } from './addresses.ts';
import { issue, newAuthority, type Identity } from './certificates.ts';

/**
 * A broker with access control, of a suite's own. Without a login, on its plain listener, everyone may do everything:
 * that one is for the suite. The others know users: by certificate (CN=name) or by login.
 */
export interface SecuredKafka {
  /** `host:port` of each listener. */
  readonly plain: string;
  readonly tls: string;
  readonly sasl: string;
  /** TLS with an expired certificate. */
  readonly expired: string;
  /** Files, all in `dir`. */
  readonly dir: string;
  readonly caFile: string;
  readonly otherCaFile: string;
  /** Certificate and key of a client, as files. */
  certify(name: string, validUntilMs?: number): { readonly certFile: string; readonly keyFile: string };
  stop(): Promise<void>;
}

/** Users of SCRAM and PLAIN, with their passwords. */
export type Users = Readonly<Record<string, string>>;

/** Starts it with these users. */
export async function startSecuredKafka(users: Users): Promise<SecuredKafka> {
  const dir = mkdtempSync(join(runDataDir(), 'kafka-'));
  const file = (name: string, ...content: string[]): string => {
    writeFileSync(join(dir, name), content.join(''), { mode: 0o600 });
    return join(dir, name);
  };
  const ca = newAuthority('Test authority');
  const server = issue(ca, { name: 'broker', ips: ['127.0.0.1'] });
  const expired = issue(ca, { name: 'broker', ips: ['127.0.0.1'], validUntilMs: Date.now() - DAY_MS });
  const caFile = file('ca.pem', ca.certificate);
  const keyStore = (name: string, { keyPem, certificate }: Identity): string =>
    file(`${name}.pem`, keyPem, certificate);

  const node = { nodeId: 1, port: await freePort(), controllerPort: await freePort() };
  const ports = { TLS: await freePort(), LOGIN: await freePort(), OLD: await freePort() };
  const plain = `127.0.0.1:${node.port}`;
  const listeners = Object.entries(ports).map(([name, port]) => `${name}://127.0.0.1:${port}`);
  const certificates = keyStore('server', server);
  const broker = await startBroker({
    dataDir: dir,
    name: 'kafka',
    node,
    cluster: [node],
    clusterId: newClusterId(),
    properties: {
      listeners: `PLAINTEXT://${plain},CONTROLLER://127.0.0.1:${node.controllerPort},${listeners.join(',')}`,
      'listener.security.protocol.map':
        'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,OLD:SSL,LOGIN:SASL_SSL',
      'ssl.keystore.type': 'PEM',
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': caFile,
      'ssl.keystore.location': certificates,
      'listener.name.tls.ssl.client.auth': 'required',
      'listener.name.old.ssl.keystore.location': keyStore('expired', expired),
      'listener.name.old.ssl.keystore.type': 'PEM',
      // Clients log in again 10 s earlier: after 3 s, so that a test sees it.
      'listener.name.login.connections.max.reauth.ms': '13000',
      'listener.name.login.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      'listener.name.login.plain.sasl.jaas.config': jaas('plain.PlainLoginModule', plainUsers(users)),
      'listener.name.login.scram-sha-256.sasl.jaas.config': jaas('scram.ScramLoginModule'),
      'listener.name.login.scram-sha-512.sasl.jaas.config': jaas('scram.ScramLoginModule'),
      'listener.name.login.oauthbearer.sasl.jaas.config': jaas('oauthbearer.OAuthBearerLoginModule'),
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'ssl.principal.mapping.rules': 'RULE:^CN=(.*)$/$1/,DEFAULT',
    },
    formatOptions: Object.entries(users).flatMap(([name, password]) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${name},password=${password},iterations=4096]`,
      ]),
    ),
  });
  return {
    plain,
    tls: `127.0.0.1:${ports.TLS}`,
    sasl: `127.0.0.1:${ports.LOGIN}`,
    expired: `127.0.0.1:${ports.OLD}`,
    dir,
    caFile,
    otherCaFile: file('other-ca.pem', newAuthority('Another authority').certificate),
    certify: (name, validUntilMs) => {
      const client = issue(ca, { name, ...(validUntilMs !== undefined && { validUntilMs }) });
      return {
        certFile: file(`${name}.cert.pem`, client.certificate),
        keyFile: file(`${name}.key.pem`, client.keyPem),
      };
    },
    stop: () => broker.stop(),
  };
}

const jaas = (module: string, options = ''): string =>
  `org.apache.kafka.common.security.${module} required${options};`;
const plainUsers = (users: Users): string =>
  Object.entries(users)
    .map(([name, password]) => ` user_${name}="${password}"`)
    .join('');

const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

/** A token as Kafka's default validator takes it: unsigned, for tests alone. */
export function unsignedToken(user: string, nowMs: number, lifetimeMs = 3_600_000): string {
  const at = Math.floor(nowMs / 1_000);
  return `${part({ alg: 'none' })}.${part({ sub: user, iat: at, exp: at + Math.floor(lifetimeMs / 1_000) })}.`;
}
