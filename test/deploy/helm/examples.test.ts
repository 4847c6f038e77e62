import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { kafkaAcls } from '../../../cli/acls.ts';
import { projectFile } from '../../../schemas/root.ts';
import { topicDefinitions, topicNames } from '../../../schemas/topics.ts';
import { example, resourcesOf } from './chart.ts';

const topics = topicNames();
const inExample = (file: string, kind: string) =>
  resourcesOf(example(file)).filter((resource) => resource.kind === kind);

const further = (each: string): boolean => !each.startsWith('Describe ');
const grants = (source: string): string[] => source.match(/GRANT [^<\n]+/g) ?? [];

const Topic = Type.Object({
  partitions: Type.Integer(),
  replicas: Type.Integer(),
  config: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
});
const User = Type.Object({
  authorization: Type.Object({
    acls: Type.Array(
      Type.Object({
        resource: Type.Object({ type: Type.String(), name: Type.String(), patternType: Type.String() }),
        operations: Type.Array(Type.String()),
      }),
    ),
  }),
});

describe('the example of Kafka', () => {
  it('has the topics that npm run topics would create', () => {
    const created = topicDefinitions(topics, 12, { replicationFactor: 3, minInsyncReplicas: 2 }).map(
      ({ topic, numPartitions, replicationFactor, configEntries }) => ({
        topic,
        partitions: numPartitions,
        replicas: replicationFactor,
        config: Object.fromEntries(configEntries.map(({ name, value }) => [name, value])),
      }),
    );
    const described = inExample('kafka.yaml', 'KafkaTopic').map(({ metadata, spec }) => {
      const { partitions, replicas, config } = Value.Parse(Topic, spec);
      const texts = Object.entries(config).map(([name, value]) => [name, String(value)]);
      return { topic: metadata.name, partitions, replicas, config: Object.fromEntries(texts) };
    });
    expect(described).toEqual(created);
  });

  it('lets its user do what the five processes need, and nothing more', () => {
    const [user] = inExample('kafka.yaml', 'KafkaUser');
    const allowed = Value.Parse(User, user?.spec).authorization.acls.flatMap(({ resource, operations }) =>
      operations.map((operation) => `${operation} ${resource.type} ${resource.name} ${resource.patternType}`),
    );
    const needed = kafkaAcls(topics, '', 'landing')
      .filter(({ program }) => ['consumer', 'aggregator', 'alerts', 'api', 'gate'].includes(program))
      .map(
        ({ operation, resource, name, isPrefix }) =>
          `${operation} ${resource} ${name} ${isPrefix ? 'prefix' : 'literal'}`,
      );
    // Write and Read include Describe.
    expect(new Set(allowed.filter(further))).toEqual(new Set(needed.filter(further)));
  });
});

describe('the example of ClickHouse', () => {
  const text = example('clickhouse.yaml');
  const hostsOf = (cluster: string): string[] => {
    const [, inside = ''] = new RegExp(`<${cluster}>(.*)</${cluster}>`, 's').exec(text) ?? [];
    return [...inside.matchAll(/<host>([^<]+)<\/host>/g)].map(([, host = '']) => host);
  };

  it('has both clusters, of the servers that the values name', () => {
    const [, url = ''] = /^ {2}url: (.*)$/m.exec(example('values-cluster.yaml')) ?? [];
    const servers = url.split(',').map((address) => new URL(address).hostname.split('.')[0] ?? '');
    expect(hostsOf('api_credits')).toEqual(servers);
    expect(hostsOf('api_credits_unsharded')).toEqual(servers.slice(0, 2));
  });

  it('has users with the grants of the Compose file', () => {
    expect(grants(text)).toEqual(grants(projectFile('deploy', 'compose', 'clickhouse', 'users.xml')));
  });
});
