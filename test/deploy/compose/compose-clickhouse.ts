import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { startClickHouse, type LocalClickHouse } from '../../../deploy/local/clickhouse.ts';
import {
  clickhouseLogin,
  type ClickHouseLogin,
  type ClickHouseUser,
} from '../../../deploy/local/clickhouse-users.ts';
import { freePort } from '../../../deploy/local/ports.ts';
import { supervise, type Supervised } from '../../../deploy/local/supervise.ts';
import { projectFile } from '../../../schemas/root.ts';
import { runDataDir } from '../../servers/addresses.ts';

/** ClickHouse with the users and the clusters of compose.yaml, on this machine: its two shards, one replica of each. */
export interface ComposeClickHouse {
  /** Of both shards, for CLICKHOUSE_URL. */
  readonly urls: string;
  loginOf(user: string): ClickHouseLogin;
  stop(): Promise<void>;
}

/** No Keeper is to be had here, so the second replicas are left out. */
const SECOND_REPLICA = /<replica>\s*<host>clickhouse-\d-2<\/host>.*?<\/replica>/gs;

export async function startComposeClickHouse(): Promise<ComposeClickHouse> {
  const dataDir = mkdtempSync(join(runDataDir(), 'compose-'));
  const users = composeUsers();
  const tcpPorts = [await freePort(), await freePort()];
  const elements = remoteServers(tcpPorts);
  const servers: Supervised<LocalClickHouse>[] = [];
  for (const [index, tcpPort] of tcpPorts.entries()) {
    const name = `shard-${index + 1}`;
    const options = { dataDir, name, users, port: await freePort(), cluster: { tcpPort, elements } };
    servers.push(await supervise({ name, start: () => startClickHouse(options) }));
  }
  return {
    urls: servers.map((server) => server.current().url).join(','),
    loginOf: (name) => clickhouseLogin(dataDir, { name, grants: [] }),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function composeUsers(): ClickHouseUser[] {
  const xml = projectFile('deploy', 'compose', 'clickhouse', 'users.xml');
  return [...xml.matchAll(/<(api_\w+)>(.*?)<\/\1>/gs)].map(([, name = '', inside = '']) => ({
    name,
    grants: [...inside.matchAll(/<query>(.*?)<\/query>/g)].map(([, grant = '']) => grant),
    isReadOnly: inside.includes('<profile>read_only</profile>'),
  }));
}

function remoteServers(tcpPorts: readonly number[]): string {
  const xml = projectFile('deploy', 'compose', 'clickhouse', 'cluster.xml').replaceAll(SECOND_REPLICA, '');
  const [found = ''] = /<remote_servers.*<\/remote_servers>/s.exec(xml) ?? [];
  return (
    found
      .replaceAll(
        /<host>clickhouse-(\d)-1<\/host>\s*<port>9000<\/port>/g,
        (_, shard: string) => `<host>127.0.0.1</host><port>${tcpPorts[Number(shard) - 1]}</port>`,
      )
      // As secrets.sh adds it.
      .replaceAll(/<(api_credits(?:_unsharded)?)>/g, '<$1><secret>of this test run</secret>')
  );
}
