import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { clickhouseLogin, stackUsers, type StackRole } from '../../../deploy/local/clickhouse-users.ts';
import { startClickHouse, type LocalClickHouse } from '../../../deploy/local/clickhouse.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { enforceRetention } from '../../../store/retention.ts';
import { runDataDir } from '../../servers/addresses.ts';
import { outsideAddress } from './outside-address.ts';

const DATABASE = 'api_credits';
const users = stackUsers(DATABASE);

let dataDir: string;
let server: LocalClickHouse;
beforeAll(async () => {
  dataDir = mkdtempSync(join(runDataDir(), 'doors-'));
  server = await startClickHouse({ dataDir, users: Object.values(users) });
  await migrate(configAs('owner'));
  writeFileSync(join(dataDir, 'private.txt'), 'private');
});
afterAll(() => server.stop());

function configAs(role: StackRole) {
  const { user, password } = clickhouseLogin(dataDir, users[role]);
  return {
    CLICKHOUSE_URL: server.url,
    CLICKHOUSE_DATABASE: DATABASE,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
  };
}

const basic = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** @returns the answer's text, or the name of ClickHouse's error */
async function run(role: StackRole, query: string): Promise<string> {
  const { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = configAs(role);
  const url = `${server.url}/?database=${DATABASE}`;
  const answer = await fetch(url, { method: 'POST', headers: basic(user, password), body: query });
  const text = (await answer.text()).trim();
  return answer.ok ? text : (/\(([A-Z_]+)\)(?: \(version .*\))?$/.exec(text)?.[1] ?? text);
}

const created = (): string => join(dataDir, 'created.csv');
/** What would do harm. Nothing of it may work for anyone. */
const HARM = (): string[] => [
  `INSERT INTO FUNCTION file('${created()}', CSV, 'a UInt8') SELECT 1`,
  `SELECT * FROM file('${join(dataDir, 'private.txt')}', LineAsString)`,
  `SELECT * FROM file('/etc/passwd', LineAsString)`,
  `SELECT * FROM url('${server.url}', LineAsString)`,
  `INSERT INTO FUNCTION url('${server.url}', CSV, 'a UInt8') SELECT 1`,
  `SELECT * FROM remote('127.0.0.1', system.one)`,
  `SELECT * FROM executable('id', LineAsString, 'a String')`,
  'CREATE DATABASE other',
  'CREATE TABLE default.other (a UInt8) ENGINE = MergeTree ORDER BY a',
  `CREATE TABLE there (a String) ENGINE = File(LineAsString, '/etc/passwd')`,
  `CREATE TABLE there (a String) ENGINE = URL('${server.url}', LineAsString)`,
  'CREATE USER other',
  'GRANT ALL ON *.* TO api_reader',
  'SYSTEM STOP LISTEN HTTP',
  'SYSTEM SHUTDOWN',
  'SELECT * FROM system.processes',
  'SELECT * FROM system.users',
  `KILL QUERY WHERE 1`,
];

const wrongLogins = (): Record<string, Record<string, string>> => {
  const { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = configAs('owner');
  return {
    'no login': {},
    'the session’s own user': basic('default', ''),
    'the session’s own user in ClickHouse’s headers': { 'x-clickhouse-user': 'default' },
    'a wrong password': basic(user, 'wrong'),
    'the beginning of the password': basic(user, password.slice(0, -1)),
    'no password': { 'x-clickhouse-user': user },
    'another user with the password': basic('default', password),
    'a pattern': { authorization: 'regex:.*' },
  };
};
const addressesTried = (): string[] => {
  const { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = configAs('owner');
  return [
    '/',
    '/?user=default',
    '/?%75ser=default&add_http_cors_header=1',
    '/?user=default&password=',
    `/?user=${user}&password=${password}`,
    '/ping',
    '/replicas_status',
    '/play',
    '/dashboard',
    '/metrics',
    '/js/lz-string.js',
  ];
};

describe('a stranger at the local ClickHouse', () => {
  it('gets 401, whatever the address and the login', async () => {
    for (const path of addressesTried()) {
      for (const [name, headers] of Object.entries(wrongLogins())) {
        for (const method of ['GET', 'POST']) {
          const url = `${server.url}${path}${path.includes('?') ? '&' : '?'}query=SELECT%201`;
          const { status } = await fetch(url, { method, headers });
          expect({ path, name, method, status }).toEqual({ path, name, method, status: 401 });
        }
      }
    }
  });

  it('does nothing, in the body of a request or of a form either', async () => {
    for (const query of HARM()) {
      for (const body of [query, form({ query }), form({ query, user: 'default' })]) {
        for (const path of ['/', `/?query=${encodeURIComponent(query)}`]) {
          expect(await answerTo(path, body)).toMatch(/^(401|closed)$/);
        }
      }
    }
    expect(existsSync(created())).toBe(false);
    expect(await run('reader', 'SELECT 1')).toBe('1');
  });

  it('in a browser gets no header that lets its page read an answer', async () => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
      const headers = {
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      const { headers: answered, status } = await fetch(`${server.url}/?add_http_cors_header=1`, {
        method,
        headers,
      });
      const allowed = [...answered.keys()].filter((name) => name.startsWith('access-control'));
      expect({ method, status, allowed }).toEqual({ method, status: 401, allowed: [] });
    }
  });

  it('reads where the login is', async () => {
    expect(await (await fetch(server.url)).text()).toMatch(/needs a login: DATA_DIR\/stack\.json names/);
  });

  it('from another machine does not reach it', async () => {
    const address = outsideAddress();
    if (address === undefined) return;
    expect(await canConnect(address, server.port)).toBe(false);
  });
});

describe('a user of the local ClickHouse', () => {
  it.each(['owner', 'writer', 'alerts', 'reader', 'gate'] as const)(
    'does no harm beyond the database: %s',
    async (role) => {
      for (const query of HARM()) {
        expect({ query, result: await run(role, query) }).toEqual({
          query,
          result: expect.stringMatching(
            /^(ACCESS_DENIED|UNKNOWN_FUNCTION|READONLY|UNKNOWN_DATABASE|UNSUPPORTED_METHOD)$/,
          ),
        });
      }
      expect(existsSync(created())).toBe(false);
    },
  );

  it('owns the tables: creates them, and sets their retention', async () => {
    expect(await migrate(configAs('owner'))).toEqual([]);
    expect(await enforceRetention(configAs('owner'), 500)).toMatchObject({ retentionMs: 500 * 86_400_000 });
  });

  it('deletes rows that claim too much, as npm run recompute does', async () => {
    const statement = `DELETE FROM usage_15m WHERE org_id = 'a'`;
    expect(await run('owner', statement)).toBe('');
    expect(await run('writer', statement)).toBe('ACCESS_DENIED');
  });

  it('deletes landed ranges that are merged, as the aggregator does', async () => {
    const statement = 'ALTER TABLE landed_ranges DELETE WHERE last_offset = 1 SETTINGS mutations_sync = 1';
    expect(await run('writer', statement)).toBe('');
    expect(await run('reader', statement)).toBe('ACCESS_DENIED');
  });

  it('writes rows, and changes no table', async () => {
    expect(await run('writer', `INSERT INTO dirty_marks (org_id) VALUES ('a')`)).toBe('');
    expect(await run('writer', 'SELECT count() FROM dirty_marks')).toBe('1');
    // The retention that the owner has set is found, not set.
    expect(await enforceRetention(configAs('writer'), 500)).toMatchObject({ retentionMs: 500 * 86_400_000 });
    for (const query of [
      'DROP TABLE dirty_marks',
      'ALTER TABLE dirty_marks DELETE WHERE 1',
      'TRUNCATE dirty_marks',
    ])
      expect(await run('writer', query)).toBe('ACCESS_DENIED');
  });

  it('reads whose calls are erased where it must replace their ids, and not where it only reads', async () => {
    expect(await run('writer', 'SELECT count() FROM erasures')).toBe('0');
    expect(await run('reader', 'SELECT count() FROM erasures')).toBe('ACCESS_DENIED');
  });

  it('writes what the alerts process keeps, and no event, figure or setting', async () => {
    for (const query of [
      `INSERT INTO alert_attempts (org_id, attempted_at) VALUES ('a', now())`,
      `INSERT INTO alert_progress (name) VALUES ('deliveries')`,
      `INSERT INTO aggregator_lease (name) VALUES ('alerts')`,
    ]) {
      expect([query, await run('alerts', query)]).toEqual([query, '']);
    }
    expect(await run('alerts', 'SELECT count() FROM alert_attempts')).toBe('1');
    for (const query of [
      `INSERT INTO alert_log (org_id) VALUES ('a')`,
      `INSERT INTO call_events (org_id) VALUES ('a')`,
      `INSERT INTO daily_charges (org_id) VALUES ('a')`,
      `INSERT INTO settings_log (org_id) VALUES ('a')`,
      `INSERT INTO dirty_marks (org_id) VALUES ('a')`,
      'SELECT count() FROM erasures',
      'SELECT count() FROM dead_letter_bytes',
      'ALTER TABLE alert_attempts DELETE WHERE 1',
      'TRUNCATE alert_progress',
    ]) {
      expect([query, await run('alerts', query)]).toEqual([query, 'ACCESS_DENIED']);
    }
  });

  it('reads, with settings of its own, and writes nothing', async () => {
    expect(await run('reader', 'SELECT count() FROM dirty_marks SETTINGS max_threads = 1')).toBe('1');
    expect(await run('reader', `INSERT INTO dirty_marks (org_id) VALUES ('b')`)).toBe('ACCESS_DENIED');
    expect(await run('reader', 'SELECT 1 SETTINGS readonly = 0')).toBe('READONLY');
  });

  it('reads as a gate what decisions depend on, and not whom alerts and erasures name', async () => {
    for (const table of ['call_events', 'settings_log', 'landing_progress', 'daily_charges']) {
      expect([table, await run('gate', `SELECT 1 FROM ${table} WHERE 0`)]).toEqual([table, '']);
    }
    for (const query of [
      'SELECT count() FROM erasures',
      'SELECT count() FROM dead_letter_bytes',
      'SELECT count() FROM alert_log',
      'SELECT count() FROM alert_attempts',
      `INSERT INTO dirty_marks (org_id) VALUES ('b')`,
    ]) {
      expect([query, await run('gate', query)]).toEqual([query, 'ACCESS_DENIED']);
    }
  });
});

const secretFiles = (): string[] => [
  ...Object.values(users).map((user) => clickhouseLogin(dataDir, user).passwordFile),
  join(dataDir, 'clickhouse.xml'),
  join(dataDir, 'clickhouse-users.xml'),
];

describe('the passwords', () => {
  it('are in files that their owner alone can read', () => {
    for (const file of secretFiles()) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
  });

  it('are random, and no two are the same', () => {
    const passwords = Object.values(users).map((user) => clickhouseLogin(dataDir, user).password);
    expect(new Set(passwords).size).toBe(Object.keys(users).length);
    for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);
  });

  it('are on no command line, in no environment and in no log', async () => {
    const places = [
      join(dataDir, 'logs', 'clickhouse.log'),
      join(dataDir, 'logs', 'clickhouse-server.log'),
      ...(existsSync('/proc') ? ['cmdline', 'environ'].map((name) => `/proc/${server.pid}/${name}`) : []),
    ];
    for (const place of places) {
      const text = readFileSync(place, 'utf8');
      for (const user of Object.values(users)) {
        expect([place, text.includes(clickhouseLogin(dataDir, user).password)]).toEqual([place, false]);
      }
    }
  });

  it('outlive a restart', async () => {
    const before = configAs('reader');
    await server.stop();
    server = await startClickHouse({ dataDir, users: Object.values(users), port: server.port });
    expect(configAs('reader')).toEqual(before);
    expect(await run('reader', 'SELECT 1')).toBe('1');
  });
});

/** The status; or `closed` where the server ended the connection without reading the body. */
const answerTo = (path: string, body: string | FormData): Promise<string> =>
  fetch(server.url + path, { method: 'POST', body }).then(
    ({ status }) => String(status),
    () => 'closed',
  );

function form(fields: Readonly<Record<string, string>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2_000 });
    const done = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', done(true)).on('error', done(false)).on('timeout', done(false));
  });
}
