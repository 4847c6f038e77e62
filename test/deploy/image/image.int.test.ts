import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { freePort } from '../../../deploy/local/ports.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { until } from '../../until.ts';
import { ImageTree } from './image-tree.ts';

const Manifest = Type.Object({ dependencies: Type.Record(Type.String(), Type.String()) });
const BUILD_MS = 300_000;
const namespace = openNamespace('image');
let image: ImageTree;
let env: Record<string, string>;

beforeAll(async () => {
  image = await ImageTree.build();
  const { CLICKHOUSE_PASSWORD: password, ...settings } = namespace.settings;
  env = {
    ...settings,
    ...(password !== '' && { CLICKHOUSE_PASSWORD_FILE: image.mountSecret('password', password) }),
    JWT_SECRET_FILE: image.mountSecret('secret', 'a secret that only this test run knows'),
    HOST: '127.0.0.1',
    HEALTH_HOST: '127.0.0.1',
  };
}, BUILD_MS);
afterAll(async () => {
  image.remove();
  await namespace.drop();
});

/** Statements and calls that load a module when the program runs; a type is not loaded. */
const LOADED = /^(?:import|export) (?!type )[^'"`();=]*from '([^']+)'|\bimport\('([^']+)'\)/gm;

interface Loaded {
  readonly by: string;
  /** A file by its path in the image, or a package. */
  readonly module: string;
}

function loadedModules(): Loaded[] {
  return readdirSync(image.app, { recursive: true, withFileTypes: true })
    .filter(({ name, parentPath }) => name.endsWith('.ts') && !/node_modules|dashboard\/web/.test(parentPath))
    .map(({ name, parentPath }) => join(parentPath, name))
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(LOADED)].map(([, from, called]) => {
        const target = from ?? called ?? '';
        const module = target.startsWith('.') ? relative(image.app, join(dirname(path), target)) : target;
        return { by: relative(image.app, path), module };
      }),
    );
}

const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');

describe('the image', () => {
  it('has every file and package that its sources import', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(image.app, 'package.json'), 'utf8'));
    const { dependencies } = Value.Parse(Manifest, manifest);
    const loaded = loadedModules();
    expect(loaded.length).toBeGreaterThan(1_000);
    const missing = loaded.filter(
      ({ module }) =>
        !isBuiltin(module) && !existsSync(join(image.app, module)) && !(packageOf(module) in dependencies),
    );
    expect(missing).toEqual([]);
  });

  it('has no packages of the tests, no tests, no local stack and no secrets', () => {
    const layers = 'schemas platform domain store producers consumers aggregator alerts api cli'.split(' ');
    expect(readdirSync(image.app).toSorted()).toEqual(
      ['LICENSE', 'package.json', 'node_modules', 'dist', 'deploy', ...layers].toSorted(),
    );
    expect(readdirSync(join(image.app, 'deploy'), { recursive: true })).toEqual([
      'image',
      'image/healthy.ts',
    ]);
    const foreign = ['chdb', 'jest', 'oxlint', 'vite', 'testcontainers', 'playwright-core'];
    expect(foreign.filter((name) => existsSync(join(image.app, 'node_modules', name)))).toEqual([]);
  });
});

describe('the commands of the image', () => {
  it('create the topics and the tables', async () => {
    const [topics, tables] = await Promise.all([
      image.run(['cli/topics.ts'], env),
      image.run(['cli/migrate.ts'], env),
    ]);
    expect(topics).toEqual({
      code: 0,
      output: expect.stringContaining(`created: ${topicNames(env['TOPIC_PREFIX']).calls}\n`),
    });
    expect(tables).toEqual({ code: 0, output: expect.stringMatching(/^applied .*\n.* is up to date\n$/s) });
  });
});

describe('the processes of the image', () => {
  it('run as a user who can write nowhere, are healthy, and finish on SIGTERM', async () => {
    await Promise.all([
      expectWholeLife('consumers/main.ts', '"msg":"landing"'),
      expectWholeLife('aggregator/main.ts', '"msg":"aggregator started"'),
      expectWholeLife('alerts/main.ts', '"msg":"alerts started"'),
      expectWholeLife('api/main.ts', '"msg":"Server listening'),
    ]);
  });
});

async function expectWholeLife(program: string, started: string): Promise<void> {
  const own = { ...env, PORT: String(await freePort()), HEALTH_PORT: String(await freePort()) };
  expect([program, await image.isHealthy(own)]).toEqual([program, false]);
  const running = image.start([program], own);
  try {
    await until(`${program} has started`, () => running.output().includes(started));
    await until(`${program} is healthy`, () => image.isHealthy(own));
  } finally {
    running.signal('SIGTERM');
  }
  const { code, output } = await running.exited;
  expect([program, code, output]).toEqual([program, 0, expect.stringContaining('"msg":"stopped"')]);
}
