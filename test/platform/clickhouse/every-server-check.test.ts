import type { Cluster } from '../../../platform/clickhouse/cluster.ts';
import { everyServerProblems, type ServerView } from '../../../platform/clickhouse/every-server-check.ts';
import type { ServerRow } from '../../../platform/clickhouse/known-servers.ts';

/** Two shards of two replicas. */
const CLUSTER: Cluster = {
  name: 'credits',
  unsharded: 'credits_unsharded',
  localDatabase: 'credits_local',
  shardBy: 'org',
  replicas: 2,
};
const HOSTS = ['a-1', 'a-2', 'b-1', 'b-2'];

const serversOf = (hosts: readonly string[]): ServerRow[] =>
  hosts.map((host, index) => ({
    cluster: 'credits',
    shard: Math.floor(index / 2) + 1,
    address: `${host}:9000`,
    weight: 1,
    internal_replication: 1,
    default_database: 'credits_local',
  }));

const viewOf = (host: string, macros: Record<string, string> = {}, hosts = HOSTS): ServerView => {
  const [shard = '', replica = ''] = host.split('-');
  return {
    identity: `${host}:9000`,
    macros: new Map(Object.entries({ shard, replica, ...macros })),
    servers: serversOf(hosts),
  };
};
const others = HOSTS.slice(0, 3).map((host) => viewOf(host));

describe('the servers of a cluster', () => {
  it('are all reached, know the cluster alike, and have macros by which replicas find each other', () => {
    expect(everyServerProblems([...others, viewOf('b-2')], CLUSTER)).toEqual([]);
  });

  it('must all be named in CLICKHOUSE_URL', () => {
    expect(everyServerProblems([...others, viewOf('b-1', { replica: '2' })], CLUSTER)).toEqual([
      'CLICKHOUSE_URL must name each of the 4 servers of credits once ' +
        '(a-1:9000, a-2:9000, b-1:9000, b-2:9000); its 4 addresses reach 3 servers',
    ]);
  });

  it('must list the shards in the same order, for an event would go to two of them', () => {
    const swapped = viewOf('b-2', {}, ['b-1', 'b-2', 'a-1', 'a-2']);
    expect(everyServerProblems([...others, swapped], CLUSTER)).toEqual([
      expect.stringMatching(
        /^remote_servers must be the same on every server: a-1:9000 has credits 1 a-1:9000,.*; b-2:9000 has credits 1 b-1:9000/,
      ),
    ]);
  });

  it('must not replicate another shard', () => {
    const problems = everyServerProblems([...others, viewOf('b-2', { shard: 'a' })], CLUSTER);
    expect(problems).toEqual([
      expect.stringContaining('the macro {shard} is "a" on 3 servers, with {replica} 1, 2, 2:'),
      expect.stringContaining('the macro {shard} is "b" on 1 servers, with {replica} 1:'),
    ]);
  });

  it('must not be taken for the same replica', () => {
    expect(everyServerProblems([...others, viewOf('b-2', { replica: '1' })], CLUSTER)).toEqual([
      expect.stringContaining('the macro {shard} is "b" on 2 servers, with {replica} 1, 1:'),
    ]);
  });

  it('need no macros without replicas', () => {
    const servers = serversOf(HOSTS).filter(({ address }) => address.endsWith('-1:9000'));
    const views = servers.map(({ address }) => ({ identity: address, macros: new Map(), servers }));
    expect(everyServerProblems(views, { ...CLUSTER, replicas: 1 })).toEqual([]);
  });
});
