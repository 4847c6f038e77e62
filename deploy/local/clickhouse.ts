import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { serverXml } from './clickhouse-config.ts';
import {
  clickhouseLogin,
  usersXml,
  type ClickHouseLogin,
  type ClickHouseUser,
  type UserSettings,
} from './clickhouse-users.ts';
import { lastLines, logFileOf, startChild, type Child } from './child.ts';
import { serverDidNotStart } from './errors.ts';
import { freePort } from './ports.ts';
import { until } from './until.ts';

export interface LocalClickHouse {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Child['exited'];
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** What makes a server accept less than it could. */
export interface ServerLimits {
  /** Of the users who may write; none by default. */
  readonly settings?: UserSettings;
  /** Inserts are rejected where less than this would be left on the disk. */
  readonly keepFreeBytes?: number;
}

export interface ClickHouseOptions extends ServerLimits {
  readonly dataDir: string;
  /** Who can use it. Their passwords are in DATA_DIR/passwords. */
  readonly users: readonly ClickHouseUser[];
  /** Default: a free port. Give the same port at a restart, so that clients reconnect. */
  readonly port?: number;
  readonly memoryBytes?: number;
  /** Names its directory under DATA_DIR, its files and its log. Default: clickhouse. */
  readonly name?: string;
  /** As a member of a cluster (clickhouse-cluster.ts). */
  readonly cluster?: ClusterMembership;
  /** A command that runs the server, and becomes it: the server's own command follows. None by default. */
  readonly within?: readonly string[];
}

export interface ClusterMembership {
  /** Where the other members reach it. */
  readonly tcpPort: number;
  /** Elements of config.xml that define the cluster. */
  readonly elements: string;
}

// Two stacks and a test run must fit into 16 GiB.
const MEMORY_BYTES = 4 * 2 ** 30;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 5_000;

/**
 * Starts ClickHouse on 127.0.0.1 with its data in DATA_DIR/NAME, and waits until it answers.
 * It ends when this process ends, even by kill -9.
 * @throws LocalStackError SERVER_DID_NOT_START with the end of its log
 */
export async function startClickHouse(options: ClickHouseOptions): Promise<LocalClickHouse> {
  const { dataDir, name = 'clickhouse', cluster } = options;
  const port = options.port ?? (await freePort());
  const dir = join(dataDir, name);
  mkdirSync(dir, { recursive: true });
  const logins = options.users.map((user) => clickhouseLogin(dataDir, user));
  const configFile = writeConfig({ ...options, name }, logins);
  const [command, ...before] = [...(options.within ?? []), process.execPath];
  const child = await startChild({
    name,
    command,
    args: [
      ...before,
      join(projectRoot(), 'deploy/local/clickhouse-server.ts'),
      configFile,
      dir,
      String(port),
      ...(cluster ? [String(cluster.tcpPort)] : []),
    ],
    dataDir,
    ipc: true,
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(child, url, logins);
  return {
    url,
    port,
    pid: child.pid,
    exited: child.exited,
    stop: () => child.stop(STOP_WITHIN_MS),
    kill: (signal) => child.kill(signal),
  };
}

/** Only the owner can read the files: they hold the passwords. */
function writeConfig(
  {
    dataDir,
    users,
    memoryBytes,
    name,
    cluster,
    settings,
    keepFreeBytes,
  }: ClickHouseOptions & { readonly name: string },
  logins: readonly ClickHouseLogin[],
): string {
  const [configFile, usersFile] = [join(dataDir, `${name}.xml`), join(dataDir, `${name}-users.xml`)];
  writePrivate(
    usersFile,
    usersXml(users, (user) => clickhouseLogin(dataDir, user).password, settings),
  );
  const server = {
    logFile: logFileOf(dataDir, `${name}-server`),
    usersFile,
    memoryBytes: memoryBytes ?? MEMORY_BYTES,
    logins,
    ...(cluster && { elements: cluster.elements }),
    ...(keepFreeBytes !== undefined && { keepFreeBytes }),
  };
  writePrivate(configFile, serverXml(server));
  return configFile;
}

/** An older file may be readable to others, and writing to a file does not change its mode. */
function writePrivate(file: string, content: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode: 0o600 });
}

async function ready(child: Child, url: string, logins: readonly ClickHouseLogin[]): Promise<void> {
  let ended = false;
  void child.exited.then(() => (ended = true));
  const isOver = async (): Promise<boolean> => ended || (await answers(url, logins));
  if ((await until(isOver, READY_WITHIN_MS)) && !ended) return;
  await child.stop(0);
  const what = ended ? 'ended while it started' : `did not answer within ${READY_WITHIN_MS / 1_000} s`;
  throw serverDidNotStart('ClickHouse', what, child.logFile, lastLines(child.logFile));
}

async function answers(url: string, [login]: readonly ClickHouseLogin[]): Promise<boolean> {
  try {
    const headers = { 'x-clickhouse-user': login?.user ?? '', 'x-clickhouse-key': login?.password ?? '' };
    const signal = AbortSignal.timeout(2_000);
    const response = await fetch(`${url}/?query=SELECT%201`, { headers, signal });
    return response.ok && (await response.text()) === '1\n';
  } catch {
    return false; // nothing listens yet
  }
}
