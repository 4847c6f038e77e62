import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectKafka, ensureTopics } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { createPublisher } from '../../../producers/sdk/connect.ts';
import type { SpoolOptions } from '../../../producers/spool/spool-options.ts';
import { projectRoot } from '../../../schemas/root.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { randomOf } from '../../random.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import { readTopic } from '../read-topic.ts';
import { decode } from '../scripted-transport.ts';
import type { PublishingOptions } from './publishing-process.ts';
import { Place } from './spooled.ts';

/** SPOOL_KILLS and SPOOL_SEED vary the test; it says the seed where it fails. */
const KILLS = Number(process.env['SPOOL_KILLS'] ?? 8);
const SEED = Number(process.env['SPOOL_SEED'] ?? 15);
/** No process listens there. */
const AWAY = '127.0.0.1:1';
const NUMBERS_OF_A_PROCESS = 1_000_000;
/** How many events a process has resolved before it is killed, and how long after that. */
const MAX_EVENTS = 400;
const MAX_MOMENT_MS = 30;
const ID_BYTES = 37;

let namespace: Namespace;
let here: Place;
beforeEach(() => {
  namespace = openNamespace('spool');
  here = new Place();
});
afterEach(async () => {
  await here.drop();
  await namespace.drop();
});

/** Starts a process that publishes, and kills it a moment after so many more events have resolved. */
async function publishAndKill(options: PublishingOptions, events: number, momentMs: number): Promise<void> {
  const program = join(projectRoot(), 'test/producers/spool/publishing-process.ts');
  const bytes = sizeOf(options.resolvedFile) + events * ID_BYTES;
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  while (sizeOf(options.resolvedFile) < bytes) await sleep(1);
  await sleep(momentMs);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

it(
  `kill -9 at any instant loses no event whose publish had resolved, with Kafka and without (seed ${SEED})`,
  async () => {
    const { KAFKA_BROKERS, TOPIC_PREFIX } = namespace.settings;
    const kafka = connectKafka(namespace.settings, 'test', createLogger('test', 'fatal'));
    const topics = topicNames(TOPIC_PREFIX);
    await ensureTopics(kafka, topics, 3);
    const random = randomOf(SEED);
    const spool: SpoolOptions = { directory: here.path('spool'), fsyncEveryMs: 2 };
    const resolvedFile = here.path('resolved');
    let resolvedAtLeast = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const isAway = random() < 0.5;
      const resolveWhen = isAway || random() < 0.7 ? 'spooled' : 'acknowledged';
      const events = random() < 0.2 ? 0 : Math.floor(random() * MAX_EVENTS);
      const options = {
        brokers: isAway ? AWAY : KAFKA_BROKERS,
        topicPrefix: TOPIC_PREFIX,
        spool: { ...spool, resolveWhen },
        from: round * NUMBERS_OF_A_PROCESS,
        resolvedFile,
      } as const;
      await publishAndKill(options, events, random() * MAX_MOMENT_MS);
      resolvedAtLeast += events;
    }

    const last = createPublisher({ brokers: [KAFKA_BROKERS], topicPrefix: TOPIC_PREFIX, spool });
    await last.ready();
    await last.flush();
    expect(last.counters()).toMatchObject({ failed: 0, buffered: 0, spool: { events: 0, set_aside: 0 } });
    await last.close();

    const resolved = readFileSync(resolvedFile, 'utf8').trimEnd().split('\n');
    const events = (await readTopic(kafka, topics.calls)).map(({ value }) =>
      decode(value ?? Buffer.alloc(0)),
    );
    const inKafka = new Set(events.map(({ event_id }) => event_id));
    expect(resolved.filter((id) => !inKafka.has(id))).toEqual([]);
    expect(resolved.length).toBeGreaterThanOrEqual(resolvedAtLeast);

    // An event that was sent again after a kill has its place by its first copy.
    const firsts = [...new Map(events.map((event) => [event.event_id, event])).values()];
    for (const org of new Set(firsts.map(({ org_id }) => org_id))) {
      const numbers = firsts.filter(({ org_id }) => org_id === org).map(({ units }) => units);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  },
  120_000 + KILLS * 3_000,
);
