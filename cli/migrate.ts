/** `npm run migrate`: creates and updates the tables in ClickHouse. */
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { migrate } from '../platform/clickhouse/migrate.ts';
import { readConfig } from '../platform/config.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';

const USAGE = `npm run migrate

Creates the database and its tables, or updates them to this version. It can be repeated: what has been applied stays
as it is. Run it before the processes of a new version start. Settings:

  CLICKHOUSE_...    the server and database, and a user who may create tables`;

await runCommand(async (args) => {
  if (new Options(USAGE, {}, args).has('help')) return USAGE;
  const config = readConfig(process.env, clickhouseVariables);
  const applied = await migrate(config);
  const lines = applied.map((name) => `applied ${name}`);
  return [...lines, `${config.CLICKHOUSE_DATABASE} is up to date`].join('\n');
});
