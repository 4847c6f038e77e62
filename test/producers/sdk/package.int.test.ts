import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSdk } from '../../../deploy/sdk/build.ts';
import { connectKafka, ensureTopics } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { projectFile, projectRoot } from '../../../schemas/root.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { runDataDir } from '../../servers/addresses.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import { readTopic } from '../read-topic.ts';
import { decode } from '../scripted-transport.ts';
import { node22 } from './other-node.ts';
import { PROGRAMS } from './programs.ts';
import { installProject, type InstalledProject } from './project.ts';

const other = await node22();
const TYPED = ['typed.mts', 'typed-common.cts'];
const onNode22 = other === undefined ? it.skip : it;

describe('the tarball of the SDK, installed in an empty project,', () => {
  let namespace: Namespace;
  let project: InstalledProject;
  beforeAll(async () => {
    namespace = openNamespace('sdk');
    project = await installProject(await buildSdk(join(runDataDir(), 'sdk')), PROGRAMS);
    const kafka = connectKafka(namespace.settings, 'test', createLogger('test', 'fatal'));
    await ensureTopics(kafka, topicNames(namespace.settings.TOPIC_PREFIX), 1);
  }, 60_000);
  afterAll(async () => {
    project.drop();
    await namespace.drop();
  });

  it('brings what it needs and nothing else, at the versions that the project tests with', () => {
    const { dependencies } = JSON.parse(projectFile('package.json'));
    const installed = JSON.parse(readFileSync(join(project.folder, 'package-lock.json'), 'utf8')).packages;
    expect(Object.keys(installed).toSorted()).toEqual([
      '',
      'node_modules/@api-credits/publisher',
      'node_modules/avsc',
      'node_modules/kafkajs',
    ]);
    for (const name of ['avsc', 'kafkajs']) {
      expect(installed[`node_modules/${name}`].version).toBe(dependencies[name]);
    }
  });

  it('is what strict TypeScript expects, without Node’s types', async () => {
    const packages = join(projectRoot(), 'node_modules');
    const output = await project.run(
      process.execPath,
      [join(packages, 'oxlint/bin/oxlint'), '--type-aware', '--type-check', '-A', 'all', ...TYPED],
      { OXLINT_TSGOLINT_PATH: join(packages, 'oxlint-tsgolint/bin/tsgolint.js') },
    );
    expect(output).toContain('Found 0 warnings and 0 errors.');
  });

  it.each(Object.keys(PROGRAMS).filter((name) => /^(plain|metered|required|typed)\./.test(name)))(
    `publishes a call from %s (Node ${process.version})`,
    (program) => expectPublished(process.execPath, program),
  );

  onNode22.each(['plain.mjs', 'metered.mjs', 'required.cjs'])(
    'publishes a call from %s (Node 22)',
    (program) => expectPublished(other ?? process.execPath, program),
  );

  async function expectPublished(node: string, program: string): Promise<void> {
    const { KAFKA_BROKERS, TOPIC_PREFIX } = namespace.settings;
    const caller = `${program} ${node}`.slice(0, 128);
    const output = await project.run(node, ['--disable-warning=ExperimentalWarning', program], {
      BROKERS: KAFKA_BROKERS,
      PREFIX: TOPIC_PREFIX,
      CALLER: caller,
    });
    const kafka = connectKafka(namespace.settings, 'test', createLogger('test', 'fatal'));
    const records = await readTopic(kafka, topicNames(TOPIC_PREFIX).calls);
    const events = records.map(({ value }) => decode(value ?? Buffer.alloc(0)));
    const published = events.filter(({ user_id }) => user_id === caller);
    expect(published).toMatchObject([
      { org_id: 'acme', endpoint: '/leads/{id}', credits: 6, rule: 'insert', units: 250 },
    ]);
    expect(output).toBe(`${published[0]?.event_id}\n`);
  }
});
