import { readTopicsConfig, replicationWarning } from '../../cli/topics-config.ts';

const KAFKA_BROKERS = '127.0.0.1:9092';

describe('npm run topics', () => {
  it('has one replica by default, and warns', () => {
    const { replication } = readTopicsConfig({ KAFKA_BROKERS });
    expect(replication).toEqual({ replicationFactor: 1, minInsyncReplicas: 1 });
    expect(replicationWarning(replication)).toMatch(/^warning: .* use 3 and 2 in production$/);
  });

  it.each([
    ['2', '2', true],
    ['3', '1', true],
    ['3', '2', false],
    ['5', '3', false],
  ])('with %s replicas, of them %s in sync, warns: %s', (REPLICATION_FACTOR, MIN_INSYNC_REPLICAS, warns) => {
    const { replication } = readTopicsConfig({ KAFKA_BROKERS, REPLICATION_FACTOR, MIN_INSYNC_REPLICAS });
    expect(replicationWarning(replication) !== undefined).toBe(warns);
  });

  it.each([
    [{}, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS, REPLICATION_FACTOR: '0' }, 'REPLICATION_FACTOR'],
    [{ KAFKA_BROKERS, MIN_INSYNC_REPLICAS: '2' }, 'must be at most REPLICATION_FACTOR, which is 1'],
  ])('rejects %j', (env, problem) => {
    expect(() => readTopicsConfig(env)).toThrow(problem);
  });
});
