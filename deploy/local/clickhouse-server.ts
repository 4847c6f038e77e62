/**
 * A real ClickHouse server out of chdb's library: a process of its own, started by clickhouse.ts as
 * `node clickhouse-server.ts CONFIG_FILE DIR PORT`. The library has no call for "be a server"; its command-line
 * client can start the HTTP listener and serves as long as its last query runs, so that query never ends.
 */
import { libchdbPath } from 'chdb/libchdb';
import { DataType, load, open } from 'ffi-rs';

const SERVE_FOR_EVER = `
  SYSTEM START LISTEN HTTP;
  SELECT sum(sleepEachRow(1)) FROM numbers(1000000000000)
  SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 100000000000, max_execution_time = 0`;

const [configFile, dir, port] = process.argv.slice(2);
const args = [
  'clickhouse',
  `--config-file=${configFile}`,
  '--log-level=information',
  `--path=${dir}`,
  `--http_port=${port}`,
  '--listen_host=127.0.0.1',
  '--query',
  SERVE_FOR_EVER,
];

// Nothing gentler ends it: an exit waits for the query's thread. Tables survive a kill -9, as tried in the tests.
const end = (): boolean => process.kill(process.pid, 'SIGKILL');
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('disconnect', end); // the parent is gone

open({ library: 'chdb', path: libchdbPath() });
await load({
  library: 'chdb',
  funcName: 'query_stable_v2',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
  runInNewThread: true,
});
process.stderr.write('The endless query has ended: see the lines above for why.\n');
process.exitCode = 1;
end();
