/** The servers of this run, as test/servers/setup.mjs hands them to the suites. */
export interface ServerAddresses {
  /** `host:port` */
  readonly kafkaBrokers: string;
  readonly clickhouseUrl: string;
  readonly clickhouseUser: string;
  readonly clickhousePassword: string;
  readonly clickhouseClusters: number;
}

export function serverAddresses(env: NodeJS.ProcessEnv = process.env): ServerAddresses {
  return {
    kafkaBrokers: given(env, 'TEST_KAFKA_BROKERS'),
    clickhouseUrl: given(env, 'TEST_CLICKHOUSE_URL'),
    clickhouseUser: env['TEST_CLICKHOUSE_USER'] || 'default',
    clickhousePassword: env['TEST_CLICKHOUSE_PASSWORD'] ?? '',
    clickhouseClusters: Number(env['TEST_CLICKHOUSE_CLUSTERS'] ?? 0),
  };
}

/** Where a suite may keep files and start servers of its own; removed after the run. */
export function runDataDir(env: NodeJS.ProcessEnv = process.env): string {
  return given(env, 'TEST_DATA_DIR');
}

function given(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value) return value;
  throw new Error(
    `${name} is not set: a suite that needs servers is named *.int.test.ts, which starts them.`,
  );
}
