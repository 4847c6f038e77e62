import { resolve } from 'node:path';
import { killAfterMs, readLocalConfig } from '../../../deploy/local/config.ts';
import { problemsIn } from '../../config-problems.ts';

const problemsOf = (env: Record<string, string>) => problemsIn(() => readLocalConfig(env));

describe('the configuration of npm start', () => {
  it('has defaults for everything', () => {
    const config = readLocalConfig({});
    expect(config).toMatchObject({ PORT: 8080, DATA_DIR: resolve('.data'), REPLAY: 'sample' });
    expect([config.KAFKA_BROKERS, config.CLICKHOUSE_URL]).toEqual(['', '']);
  });

  it('gives an org without settings the free subscription, unless UNKNOWN_ORGS is none', () => {
    expect(readLocalConfig({}).UNKNOWN_ORGS).toBe('local');
    expect(readLocalConfig({ UNKNOWN_ORGS: 'none' }).UNKNOWN_ORGS).toBe('none');
  });

  it('reports all problems together, those of the processes it will start included', () => {
    const wrong = {
      PORT: 'http',
      REPLAY: 'all',
      // Of the consumer, the aggregator and the API.
      BATCH_ROWS: '0',
      TICK: 'now and then',
      UNKNOWN_ORGS: 'all',
      RATE_LIMIT_PER_MINUTE: 'many',
      JWT_SECRET: 'short',
      JWKS_URL: 'https://id.example/keys',
    };
    const named = problemsOf(wrong).map((problem) => problem.split(' ')[0]);
    const { JWKS_URL: _, ...faulty } = wrong;
    expect(new Set(named)).toEqual(new Set([...Object.keys(faulty), 'JWT_ISSUER', 'JWT_AUDIENCE']));
  });

  it('says what would be valid', () => {
    expect(problemsOf({ REPLAY: 'all' })).toEqual(['REPLAY must be one of sample, none, got "all"']);
    expect(problemsOf({ CLICKHOUSE_URL: '127.0.0.1:8123' })).toEqual([
      expect.stringMatching(
        /^CLICKHOUSE_URL must be like http:\/\/127\.0\.0\.1:8123, or several .*, got "127/,
      ),
    ]);
    expect(problemsOf({ KAFKA_BROKERS: 'localhost' })).toEqual([
      expect.stringMatching(/^KAFKA_BROKERS must be like 127\.0\.0\.1:9092,.* got "localhost"/),
    ]);
  });

  it('takes the security of a given Kafka, and has none for its own', () => {
    const security = { KAFKA_TLS: 'on', KAFKA_SASL_MECHANISM: 'PLAIN' };
    expect(problemsOf({ ...security, KAFKA_SASL_USERNAME: 'a', KAFKA_SASL_PASSWORD: 'b' })).toEqual([
      'KAFKA_TLS=on is only for KAFKA_BROKERS that are given',
      'KAFKA_SASL_MECHANISM is only for KAFKA_BROKERS that are given',
    ]);
    const { kafkaSecurity } = readLocalConfig({ KAFKA_BROKERS: 'kafka:9093', KAFKA_TLS: 'on' });
    expect(kafkaSecurity.tls).toEqual({});
  });

  it.each(['localhost:9092', '10.0.0.1:9092, 10.0.0.2:9092'])('accepts brokers at %s', (brokers) => {
    expect(readLocalConfig({ KAFKA_BROKERS: brokers }).KAFKA_BROKERS).toBe(brokers);
  });

  it('kills a process only after its own time limit for a stop', () => {
    for (const STOP_TIMEOUT_MS of ['', '0', '30000']) {
      const config = readLocalConfig({ STOP_TIMEOUT_MS });
      expect(killAfterMs(config)).toBeGreaterThan(config.STOP_TIMEOUT_MS);
    }
  });
});
