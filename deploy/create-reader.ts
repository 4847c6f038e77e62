/** `npm run reader`: the API's read-only user, READER_USER with READER_PASSWORD, by a user who may manage access. */
import { Type } from 'typebox';
import { connectClickHouse } from './clickhouse.ts';
import { clickhouseSettings, readConfig } from './config.ts';
import { createReader } from './reader.ts';

const config = readConfig(process.env, {
  ...clickhouseSettings,
  READER_USER: Type.String({ default: 'api_reader', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
  READER_PASSWORD: Type.String({ minLength: 16, description: 'for the API’s CLICKHOUSE_PASSWORD' }),
});
const client = connectClickHouse(config, 'api-credits reader');
const reader = { user: config.READER_USER, password: config.READER_PASSWORD };
const isMade = await createReader(client, config, reader);
await client.close();
process.stdout.write(
  isMade
    ? `${reader.user} may read ${config.CLICKHOUSE_DATABASE}: set the API's CLICKHOUSE_USER and CLICKHOUSE_PASSWORD\n`
    : `This ClickHouse makes no users, or not for ${config.CLICKHOUSE_USER}: nothing was changed\n`,
);
process.exitCode = isMade ? 0 : 1;
