/** `npm run reader`: creates the API's read-only user in ClickHouse. */
import { Type } from 'typebox';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { connectNodes } from '../platform/clickhouse/connect.ts';
import { readConfig } from '../platform/config.ts';
import { clickhouseName, clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { createReader } from '../platform/clickhouse/reader.ts';

const USAGE = `READER_PASSWORD=... npm run reader

Creates a ClickHouse user that can read the database and nothing else, or changes its password. Settings:

  READER_USER       the name of the user (api_reader)
  READER_PASSWORD   at least 16 characters
  CLICKHOUSE_...    the server and database, and a user with access management`;

await runCommand(async (args) => {
  if (new Options(USAGE, {}, args).has('help')) return USAGE;
  const config = readConfig(process.env, {
    ...clickhouseVariables,
    READER_USER: clickhouseName('api_reader'),
    READER_PASSWORD: Type.String({ minLength: 16, description: 'for the API’s CLICKHOUSE_PASSWORD' }),
  });
  const clients = connectNodes(config, 'api-credits reader');
  const reader = { user: config.READER_USER, password: config.READER_PASSWORD };
  try {
    if (await createReader(clients, config, reader)) {
      return `${reader.user} may read ${config.CLICKHOUSE_DATABASE}: set the API's CLICKHOUSE_USER and CLICKHOUSE_PASSWORD`;
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
  process.exitCode = 1;
  return `ClickHouse does not let ${config.CLICKHOUSE_USER} create users: nothing was changed`;
});
