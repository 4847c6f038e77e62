import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../schemas/root.ts';
import { run as runProgram } from '../../conformance/programs.ts';
import { inTemporaryDir } from '../local/temporary-dir.ts';
import { composeReader, describeWith } from '../tools/programs.ts';
import { environmentOf, readComposeFile } from './compose-file.ts';

const JARS = join(projectRoot(), 'deploy/local/kafka/target/jars/*');
/** What the image brings along beside the jars; nothing reads its logging here. */
const LOGGING =
  'Configuration: { Properties: {}, Appenders: {}, Loggers: { Root: { level: INFO }, Logger: [] } }\n';
const DEFAULTS = { 'server.properties': '', 'log4j2.yaml': LOGGING, 'tools-log4j2.yaml': LOGGING };

/** The program of Kafka's image that makes server.properties of the variables and formats the storage. */
async function setUp(dir: string, env: Readonly<Record<string, string>>): Promise<string> {
  const folder = (name: string): string => {
    mkdirSync(join(dir, name));
    return join(dir, name);
  };
  const defaults = folder('defaults');
  for (const [name, text] of Object.entries(DEFAULTS)) writeFileSync(join(defaults, name), text);
  const home = process.env['JAVA_HOME'];
  const [mounted, final] = [folder('mounted'), folder('final')];
  const folders = [
    '--default-configs-dir',
    defaults,
    '--mounted-configs-dir',
    mounted,
    '--final-configs-dir',
    final,
  ];
  const { code, stdout, stderr } = await runProgram(
    [
      home ? join(home, 'bin/java') : 'java',
      '-cp',
      JARS,
      'kafka.docker.KafkaDockerWrapper',
      'setup',
      ...folders,
    ],
    { cwd: dir, env },
  );
  expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('Formatting metadata directory')]);
  return readFileSync(join(final, 'server.properties'), 'utf8');
}

describeWith(await composeReader(), 'the brokers of compose.yaml', (read) => {
  it('are set up by Kafka’s own program: three replicas, two of which acknowledge', async () => {
    const { services } = await readComposeFile(read);
    const { 'kafka-2': broker } = services;
    if (broker === undefined) throw new Error('compose.yaml has no kafka-2');
    await inTemporaryDir(async (dir) => {
      const env = { ...environmentOf(broker), KAFKA_LOG_DIRS: join(dir, 'data') };
      const properties = (await setUp(dir, env)).split('\n');
      expect(properties).toEqual(
        expect.arrayContaining([
          'node.id=2',
          'advertised.listeners=PLAINTEXT://kafka-2:9092',
          'controller.quorum.voters=1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093',
          'default.replication.factor=3',
          'min.insync.replicas=2',
          'offsets.topic.replication.factor=3',
          'transaction.state.log.min.isr=2',
          'auto.create.topics.enable=false',
        ]),
      );
    });
  });
});
