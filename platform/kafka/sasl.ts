import { createRequire } from 'node:module';
import type { Authenticator, AuthenticationProviderArgs, Mechanism, SaslAuthenticateArgs } from 'kafkajs';
import { KafkaAccessError } from './access-error.ts';
import type { KafkaSecurity, Sasl, SettingNames } from './security.ts';

/** kafkajs 2.2.4's implementations, which have no names among its exports. */
const FILES = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram256',
  'SCRAM-SHA-512': 'scram512',
  OAUTHBEARER: 'oauthBearer',
} as const satisfies Record<Sasl['mechanism'], string>;

/** The password or the token cannot be read or fetched now. kafkajs tries again. */
class NoCredentialsError extends Error {
  readonly code = 'NO_CREDENTIALS';
  readonly retriable = true;
  constructor(reason: string) {
    super(reason);
    this.name = 'NoCredentialsError';
  }
}

/** The broker does not accept the token. */
class TokenRejectedError extends Error {
  readonly code = 'TOKEN_REJECTED';
  override readonly name = 'TokenRejectedError';
}

type Authenticate = (credentials: object) => (args: AuthenticationProviderArgs) => Authenticator;

const require = createRequire(import.meta.url);

/**
 * How kafkajs authenticates: by its own implementations, with credentials fetched for each authentication, and with
 * errors that name the setting.
 * @param retriable whether kafkajs shall repeat a rejected authentication
 */
export function saslMechanism(
  { sasl, names }: KafkaSecurity & { readonly sasl: Sasl },
  retriable: boolean,
): Mechanism {
  const builtin: Authenticate = require(`kafkajs/src/broker/saslAuthenticator/${FILES[sasl.mechanism]}.js`);
  return {
    mechanism: sasl.mechanism,
    authenticationProvider: (args) => ({
      authenticate: async () => {
        const credentials = await credentialsOf(sasl, args, retriable);
        let failure: unknown;
        const saslAuthenticate = async <Answer>(
          step: SaslAuthenticateArgs<Answer>,
        ): Promise<Answer | void> => {
          try {
            if (sasl.mechanism !== 'OAUTHBEARER') return await args.saslAuthenticate(step);
            await args.saslAuthenticate({ request: step.request, response: TOKEN_ANSWER });
          } catch (error) {
            failure = error;
            throw error;
          }
        };
        try {
          await builtin(credentials)({ ...args, saslAuthenticate }).authenticate();
        } catch (error) {
          if (failure !== undefined && !isRejection(failure)) throw failure;
          throw rejected(args, sasl, names, error, retriable);
        }
      },
    }),
  };
}

/** @throws KafkaAccessError where they are wrong, NoCredentialsError where they are not to be had at the moment */
async function credentialsOf(
  sasl: Sasl,
  { host, port, logger }: AuthenticationProviderArgs,
  retriable: boolean,
): Promise<object> {
  try {
    if (sasl.mechanism !== 'OAUTHBEARER') {
      return { username: sasl.username, password: await sasl.password() };
    }
    const value = await sasl.token();
    return { oauthBearerProvider: () => Promise.resolve({ value }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.error(reason, { broker: `${host}:${port}` });
    if (error instanceof KafkaAccessError) throw new KafkaAccessError(reason, retriable);
    throw new NoCredentialsError(reason);
  }
}

/**
 * A broker that rejects a token says so in the answer to it and waits for one more message (RFC 7628, 3.2.3). kafkajs
 * does not read that answer and takes the connection for authenticated.
 */
const TOKEN_ANSWER = {
  // Its first four bytes are the length of the rest.
  decode: (answer: Buffer): Buffer => answer.subarray(4),
  parse: (text: Buffer): void => {
    if (text.length === 0) return;
    const status = /"status"\s*:\s*"(\w+)"/.exec(text.toString('utf8'))?.[1];
    throw new TokenRejectedError(`the broker answered ${status ?? 'an error'}`);
  },
};

/** Otherwise the connection broke, or the broker is stopping, which says nothing of the credentials. */
const isRejection = (failure: unknown): boolean =>
  failure instanceof Error &&
  (failure instanceof TokenRejectedError ||
    ('type' in failure && failure.type === 'SASL_AUTHENTICATION_FAILED'));

function rejected(
  { host, port }: AuthenticationProviderArgs,
  { mechanism }: Sasl,
  names: SettingNames,
  error: unknown,
  retriable: boolean,
): KafkaAccessError {
  const settings = mechanism === 'OAUTHBEARER' ? names.token : `${names.username} and ${names.password}`;
  const reason = error instanceof Error ? error.message : String(error);
  const problem = `Kafka at ${host}:${port} rejects the login: check ${settings} (${reason})`;
  return new KafkaAccessError(problem, retriable);
}
