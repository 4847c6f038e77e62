import { createPublisher } from '../../../producers/sdk/connect.ts';
import type { PublisherSasl, PublisherTls } from '../../../producers/sdk/kafka-options.ts';

const BROKERS = ['kafka.example:9093'];

const passwordOfToday = (): Promise<string> => Promise.resolve('hunter2');

function problemOf(options: { readonly tls?: true | PublisherTls; readonly sasl?: PublisherSasl }): string {
  try {
    createPublisher({ brokers: BROKERS, ...options });
    return 'none';
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

describe('the connection of a publisher', () => {
  it('takes TLS and a login', () => {
    expect(
      problemOf({ tls: true, sasl: { mechanism: 'PLAIN', username: 'ann', password: passwordOfToday } }),
    ).toBe('none');
  });

  it('reports every problem together', () => {
    const problem = problemOf({
      tls: { caFile: '/nowhere', certFile: '/nowhere' },
      sasl: { mechanism: 'SCRAM-SHA-256', username: '', password: '' },
    });
    expect(problem).toMatch(/tls\.caFile cannot be read.*\n.*tls\.certFile cannot be read/);
    expect(problem).toMatch(/tls\.keyFile is missing.*\nsasl\.username is empty\nsasl\.password is empty$/);
  });

  it('sends no secret unencrypted over a network', () => {
    expect(problemOf({ sasl: { mechanism: 'PLAIN', username: 'ann', password: 'hunter2' } })).toMatch(
      /PLAIN sends a secret unencrypted: set tls$/,
    );
    const sasl = { mechanism: 'OAUTHBEARER', tokenUrl: 'http://login.example', clientId: 'a' } as const;
    const problem = problemOf({ tls: true, sasl: { ...sasl, clientSecret: 'hunter2' } });
    expect(problem).toMatch(/sasl\.tokenUrl must be an https: URL/);
    expect(problem).not.toContain('hunter2');
  });
});
