import { signalProcess } from '../../deploy/local/process-identity.ts';
import { until } from '../../deploy/local/until.ts';
import { runDataDir } from './addresses.ts';
import { chooseServers, type Chosen } from './choose.ts';
import { processesWith, type RunningProcess } from './leaks.ts';
import { endRunDir, openRunDir, removeRunDir } from './run-dir.ts';

/** What one jest run needs around its suites: a directory, servers where wanted, and nothing left afterwards. */
export interface TestRun {
  readonly chosen: Chosen | undefined;
  /** For the suites' environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Processes with this `NAME=value` in their environment belong to the run too, however it ends. */
  owns(this: void, setting: string): void;
  /** @throws where a process that the run started is still alive; it is ended first */
  end(): Promise<void>;
}

// A killed process needs a moment to be gone.
const GONE_WITHIN_MS = 3_000;

export async function startTestRun(needsServers: boolean, wanted: string | undefined): Promise<TestRun> {
  const dir = await openRunDir();
  const marks = [markOf(dir)];
  abandonOnSignal(dir, marks);
  const chosen = needsServers ? await chooseServers(wanted, dir) : undefined;
  const env: Record<string, string> = { TEST_DATA_DIR: dir };
  if (chosen) {
    const { kafkaBrokers, clickhouseUrl, clickhouseUser, clickhousePassword, clickhouseClusters } =
      chosen.servers;
    Object.assign(env, {
      TEST_KAFKA_BROKERS: kafkaBrokers,
      TEST_CLICKHOUSE_URL: clickhouseUrl,
      TEST_CLICKHOUSE_USER: clickhouseUser,
      TEST_CLICKHOUSE_PASSWORD: clickhousePassword,
      TEST_CLICKHOUSE_CLUSTERS: String(clickhouseClusters ?? 0),
    });
    marks.push(`KAFKA_BROKERS=${kafkaBrokers}`, `CLICKHOUSE_URL=${clickhouseUrl}`);
  }
  return {
    chosen,
    env,
    owns: (setting) => void marks.push(setting),
    end: async () => {
      await chosen?.servers.stop();
      const leaked = await stillRunning(marks);
      for (const { pid } of leaked) signalProcess(pid, 'SIGKILL');
      removeRunDir(dir);
      if (leaked.length === 0) return;
      const list = leaked.map(({ pid, command }) => `  ${pid} ${command}`).join('\n');
      throw new Error(`The run left processes behind (now ended):\n${list}`);
    },
  };
}

/**
 * A program's work in a run of its own, which starts its servers itself.
 * @param work gets the run's directory, and TestRun.owns
 */
export async function inTestRun(
  work: (dataDir: string, owns: TestRun['owns']) => Promise<void>,
): Promise<void> {
  const run = await startTestRun(false, undefined);
  Object.assign(process.env, run.env);
  const errors: unknown[] = [];
  const collect = (error: unknown): void => void errors.push(error);
  await work(runDataDir(), run.owns).catch(collect);
  // What the work started may be left because it failed: that is then the second error.
  await run.end().catch(collect);
  if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('\n'));
  if (errors.length === 1) throw errors[0];
}

/**
 * An interrupted run has no end: what it started so far goes with it. The handler stays, for npm, the terminal and
 * `timeout` may each deliver the signal, and a second one must not cut the first one's work short.
 */
function abandonOnSignal(dir: string, marks: readonly string[]): void {
  let abandoned: Promise<void> | undefined;
  const abandon = async (): Promise<void> => {
    await endRunDir(dir);
    for (const { pid } of processesWith(marks)) signalProcess(pid, 'SIGKILL');
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => void (abandoned ??= abandon()));
}

const markOf = (dir: string): string => `TEST_DATA_DIR=${dir}`;

async function stillRunning(marks: readonly string[]): Promise<RunningProcess[]> {
  const leaked = (): RunningProcess[] => processesWith(marks);
  await until(() => leaked().length === 0, GONE_WITHIN_MS);
  return leaked();
}
