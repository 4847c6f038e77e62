import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackUsers } from '../../../deploy/local/clickhouse-users.ts';
import { projectRoot } from '../../../schemas/root.ts';

it('the owner may create tables of every engine that the migrations name', () => {
  const folder = join(projectRoot(), 'schemas/clickhouse');
  const sql = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const engines = sql.flatMap((text) => [...text.matchAll(/ENGINE = (\w+)/g)].map(([, engine]) => engine));
  const granted = stackUsers('api_credits').owner.grants;
  expect(engines.length).toBeGreaterThan(10);
  expect(granted).toEqual(
    expect.arrayContaining([...new Set(engines)].map((engine) => `GRANT TABLE ENGINE ON ${engine}`)),
  );
});
