import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterName } from '../../deploy/local/clickhouse-cluster.ts';
import { runDataDir } from './addresses.ts';

/** For the suites of a run on a cluster: a cluster's definition names the database that it serves. */
export interface TestCluster extends ClusterName {
  readonly database: string;
}

export const testClusters = (count: number): TestCluster[] =>
  Array.from({ length: count }, (_, index) => {
    const database = `test_cluster_${index + 1}`;
    return { name: `credits_${index + 1}`, database, localDatabase: `${database}_local` };
  });

/** One that no other suite of the run has taken, in whichever thread. @throws where none is left */
export function nextCluster(count: number): TestCluster {
  for (const cluster of testClusters(count)) {
    try {
      mkdirSync(join(runDataDir(), `taken-${cluster.name}`));
      return cluster;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  throw new Error(`All ${count} clusters are taken: raise CLUSTERS in test/servers/cluster.ts.`);
}
