import { dockerAnswers, startContainers } from './containers.ts';
import { startClusterServers } from './cluster.ts';
import { startEmbedded } from './embedded.ts';
import type { Servers } from './servers.ts';

export interface Chosen {
  readonly servers: Servers;
  readonly way: 'embedded' | 'cluster' | 'containers';
  /** Why the other way was not taken, for the run's output. */
  readonly notRun: string;
}

/**
 * The containers where a Docker engine answers, the embedded servers otherwise.
 * @param wanted TEST_SERVERS: `embedded`, `cluster` (two ClickHouse shards, with TEST_SHARD_BY=org-hour by the hour too) or `containers` insists on one way
 * @param dataDir where embedded servers keep their data
 */
export async function chooseServers(wanted: string | undefined, dataDir: string): Promise<Chosen> {
  switch (wanted) {
    case 'embedded':
      return embedded(dataDir, 'TEST_SERVERS=embedded');
    case 'cluster':
      return {
        servers: await startClusterServers(dataDir),
        way: 'cluster',
        notRun: 'the other ways (TEST_SERVERS=cluster)',
      };
    case 'containers':
      return containers();
    case undefined:
    case '':
      return (await dockerAnswers()) ? containers() : embedded(dataDir, 'no Docker engine answers');
    default:
      throw new Error(
        `TEST_SERVERS is "${wanted}": set it to embedded, cluster or containers, or leave it out.`,
      );
  }
}

async function embedded(dataDir: string, why: string): Promise<Chosen> {
  return {
    servers: await startEmbedded(dataDir),
    way: 'embedded',
    notRun: `the containers way (${why})`,
  };
}

async function containers(): Promise<Chosen> {
  return {
    servers: await startContainers(),
    way: 'containers',
    notRun: 'the embedded way (a Docker engine answers; TEST_SERVERS=embedded runs it)',
  };
}
