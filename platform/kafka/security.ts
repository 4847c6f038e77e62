import { isLoopback } from '../loopback.ts';

/** How a client secures its connections to Kafka. Without `tls` they are plain, without `sasl` anonymous. */
export interface KafkaSecurity {
  readonly tls?: TlsFiles;
  readonly sasl?: Sasl;
  /** What errors call the settings. */
  readonly names: SettingNames;
}

/** PEM files, read again for each connection, so that a renewed certificate needs no restart. */
export interface TlsFiles {
  /** The authorities that may sign a broker's certificate. Default: those that Node trusts. */
  readonly caFile?: string;
  /** The client's own certificate, with its chain, where the brokers require one. */
  readonly certFile?: string;
  /** The private key of certFile, without a passphrase. */
  readonly keyFile?: string;
}

export const PASSWORD_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type PasswordMechanism = (typeof PASSWORD_MECHANISMS)[number];

/** Passwords and tokens are fetched for each authentication. An error of theirs is reported, so it must not show them. */
export type Sasl =
  | {
      readonly mechanism: PasswordMechanism;
      readonly username: string;
      readonly password: () => string | Promise<string>;
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: () => string | Promise<string> };

/** The name of each setting, as it is written where it is given. */
export interface SettingNames {
  readonly brokers: string;
  readonly tls: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly mechanism: string;
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

export const ENVIRONMENT_NAMES: SettingNames = {
  brokers: 'KAFKA_BROKERS',
  tls: 'KAFKA_TLS',
  caFile: 'KAFKA_TLS_CA_FILE',
  certFile: 'KAFKA_TLS_CERT_FILE',
  keyFile: 'KAFKA_TLS_KEY_FILE',
  mechanism: 'KAFKA_SASL_MECHANISM',
  username: 'KAFKA_SASL_USERNAME',
  password: 'KAFKA_SASL_PASSWORD',
  token: 'KAFKA_OAUTH_TOKEN_FILE or KAFKA_OAUTH_CLIENT_SECRET',
};

/**
 * Whether secrets may go to these brokers unencrypted: they are on this machine, or a proxy is that encrypts.
 * @param brokers `host:port`
 */
export const areLocal = (brokers: readonly string[]): boolean =>
  brokers.every((broker) => isLoopback(broker.trim().split(':')[0] ?? ''));
