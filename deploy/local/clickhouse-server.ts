/**
 * Runs chdb's library as a ClickHouse server, in a process of its own that clickhouse.ts starts as
 * `node clickhouse-server.ts CONFIG_FILE DIR PORT [TCP_PORT]`. The library has no call that starts a server, but
 * its command-line client can start the HTTP listener and serves while its last query runs. So that query never ends.
 */
import { libchdbPath } from 'chdb/libchdb';
import { DataType, load, open } from 'ffi-rs';

const [configFile, dir, port, tcpPort] = process.argv.slice(2);

const SERVE_FOREVER = `
  SYSTEM START LISTEN HTTP;
  ${tcpPort === undefined ? '' : 'SYSTEM START LISTEN TCP;'}
  SELECT sum(sleepEachRow(1)) FROM numbers(1000000000000)
  SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 100000000000, max_execution_time = 0`;

const args = [
  'clickhouse',
  `--config-file=${configFile}`,
  '--log-level=information',
  `--path=${dir}`,
  `--http_port=${port}`,
  ...(tcpPort === undefined ? [] : [`--tcp_port=${tcpPort}`]),
  '--listen_host=127.0.0.1',
  '--query',
  SERVE_FOREVER,
];

// An ordinary exit would wait for the query's thread. Tables survive a kill -9, as the tests show.
const end = (): boolean => process.kill(process.pid, 'SIGKILL');
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('disconnect', end); // the parent has ended

open({ library: 'chdb', path: libchdbPath() });
await load({
  library: 'chdb',
  funcName: 'query_stable_v2',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
  runInNewThread: true,
});
process.stderr.write('The query that keeps the server running has ended. The lines above say why.\n');
process.exitCode = 1;
end();
