import { randomBytes } from 'node:crypto';
import { createPublisher as publisherOver } from '../../producers/publisher.ts';
import { RegistryFraming } from '../../producers/registry-framing.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import { framed } from '../../producers/sdk/framing.ts';
import type { Framing } from '../../producers/sdk/framing-options.ts';
import type { OutgoingRecord, Transport } from '../../producers/transport.ts';
import { callEventSchemaJson, callEventType, type CallEvent } from '../../schemas/call-event.ts';
import { schemaIdOf } from '../../schemas/registry-framing.ts';
import { TestSchemaRegistry } from '../servers/schema-registry.ts';
import { until } from '../until.ts';
import { call } from './sample-event.ts';

/** A log that takes everything. */
class Log implements Transport {
  readonly records: OutgoingRecord[] = [];
  isClosed = false;

  send(records: readonly OutgoingRecord[]): Promise<void> {
    this.records.push(...records);
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

let registry: TestSchemaRegistry;
beforeEach(async () => void (registry = await new TestSchemaRegistry().start()));
afterEach(() => registry.stop());

function publisherWith(framing: Framing) {
  const log = new Log();
  const warnings: string[] = [];
  const publisher = publisherOver({
    transport: framed(log, framing, 'api-calls'),
    now: Date.now,
    random: randomBytes,
    logger: { warn: (details) => warnings.push(String(Object(Object(details).err).message)) },
  });
  return { log, publisher, warnings };
}

const create = (framing: Framing) => () => createPublisher({ brokers: ['127.0.0.1:1'], framing });

function readFramed({ value }: OutgoingRecord): [id: number | undefined, event: CallEvent] {
  return [schemaIdOf(value), callEventType.fromBuffer(value.subarray(5))];
}

describe('a publisher with framing', () => {
  it('writes the id it is given, and the same body', async () => {
    const { log, publisher } = publisherWith({ schemaId: 0x01020304 });
    const event_id = await publisher.publish(call());
    expect(log.records.map(readFramed)).toEqual([
      [0x01020304, expect.objectContaining({ ...call(), event_id })],
    ]);
    await publisher.close();
    expect([log.isClosed, registry.requests]).toEqual([true, []]);
  });

  it('looks its schema up once, under the topic’s subject', async () => {
    registry.add(41, { schema: '"string"' });
    await fetch(`${registry.url}/subjects/api-calls-value/versions`, {
      method: 'POST',
      body: JSON.stringify({ schema: callEventSchemaJson }),
    });
    const { log, publisher } = publisherWith({ registry: { url: registry.url } });
    await publisher.publish(call());
    await publisher.publish(call());
    await publisher.close();
    expect(log.records.map(readFramed).map(([id]) => id)).toEqual([42, 42]);
    const lines = registry.requests.slice(1).map(({ line }) => line);
    expect(lines).toEqual(['POST /subjects/api-calls-value']);
  });

  it('registers its schema only where it is told to', async () => {
    const looking = publisherWith({ registry: { url: registry.url, subject: 'own subject' } });
    const event = looking.publisher.publish(call());
    await until('it reports that the schema is missing', () => looking.warnings.length > 0);
    expect(looking.warnings[0]).toContain('the subject own subject does not have the schema: register it');

    const registering = publisherWith({
      registry: { url: registry.url, subject: 'own subject', register: true },
    });
    await registering.publisher.publish(call());
    // Now the first one finds it: nothing was lost.
    await event;
    expect([looking, registering].map(({ log }) => log.records.map(readFramed).map(([id]) => id))).toEqual([
      [1],
      [1],
    ]);
    await Promise.all([looking.publisher.close(), registering.publisher.close()]);
  });

  it('keeps its events while the registry is away, and says so', async () => {
    await registry.stop();
    const { log, publisher, warnings } = publisherWith({ registry: { url: registry.url, register: true } });
    const published = publisher.publish(call());
    await until('it reports the failure', () => warnings.length > 0);
    expect(warnings[0]).toContain('ECONNREFUSED');
    expect(publisher.counters()).toMatchObject({ accepted: 1, buffered: 1 });
    await registry.start();
    await published;
    expect(log.records).toHaveLength(1);
    await publisher.close();
  });

  it('closes in time although the registry does not answer', async () => {
    registry.trouble = () => undefined;
    const { publisher } = publisherWith({ registry: { url: registry.url } });
    const published = publisher.publish(call());
    await until('it is requested', () => registry.requests.length === 1);
    await expect(publisher.close(50)).rejects.toMatchObject({ code: 'UNDELIVERED' });
    await expect(published).rejects.toMatchObject({ code: 'UNDELIVERED' });
  });

  it('is not created with invalid options', () => {
    expect(create({ schemaId: 0 })).toThrow('schemaId must be an integer from 1 to 2147483647.');
    expect(create({ registry: { url: 'registry:8081' } })).toThrow('framing.registry: url must be like');
    expect(create({ registry: { url: 'http://r', username: 'ann', token: 'abc' } })).toThrow(
      'framing.registry: password is missing: username needs it; Set either username or token, not both.',
    );
  });
});

it('a batch that failed is framed the same way when it is sent again', async () => {
  const log = new Log();
  const framing = new RegistryFraming(
    log,
    () => Promise.resolve(7),
    () => undefined,
  );
  const record = { key: 'acme', value: Buffer.from('c3010011223344556677beef', 'hex') };
  await framing.send([record]);
  await framing.send([record]);
  expect(log.records.map(({ value }) => value.toString('hex'))).toEqual(['0000000007beef', '0000000007beef']);
});
