/** PEM files, read again for each connection: a renewed certificate needs no restart. */
export interface PublisherTls {
  /** The authorities that sign the brokers' certificates; default: those that Node trusts. */
  readonly caFile?: string;
  /** The publisher's certificate, where the brokers require one. */
  readonly certFile?: string;
  /** Its private key, without a passphrase. */
  readonly keyFile?: string;
}

/** A secret, or a function that is called for each login: so a rotated one needs no restart. */
export type PublisherSecret = string | (() => string | Promise<string>);

export type PublisherSasl =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: PublisherSecret;
    }
  /** With an access token that the application provides for each login. */
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: () => string | Promise<string> }
  /** With access tokens from an endpoint, by OAuth 2.0 client credentials. */
  | {
      readonly mechanism: 'OAUTHBEARER';
      /** https, or http on this machine. */
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: PublisherSecret;
      readonly scope?: string;
    };
