import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import type { Publisher } from '../../../producers/publisher-contract.ts';
import { call, publishUsers, users } from '../sample-event.ts';
import { ScriptedTransport } from '../scripted-transport.ts';
import { InvalidRecordsError } from '../../../producers/transport.ts';
import { encodeHeader, encodeRecords } from '../../../producers/spool/segment-format.ts';
import { away, endWithEvents, Place, until } from './spooled.ts';

const FIRST = '000000000000000.spool';
let here: Place;
let kafka: ScriptedTransport;
beforeEach(() => {
  here = new Place();
  kafka = new ScriptedTransport();
});
afterEach(() => here.drop());

/** Leaves three events in one segment. @returns the offsets after each of them */
async function leaveThree(): Promise<number[]> {
  const publisher = here.publisher(away());
  const sizes: number[] = [];
  for (const user of [0, 1, 2]) {
    await Promise.all(publishUsers(publisher, 1, user).reports);
    sizes.push(readFileSync(here.path(FIRST)).length);
  }
  await endWithEvents(publisher);
  return sizes;
}

const flip = (name: string, offset: number): void => {
  const bytes = readFileSync(here.path(name));
  // oxlint-disable-next-line no-bitwise
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  writeFileSync(here.path(name), bytes);
};

/** A new publisher, when it has delivered all that it could read, and an event of its own. */
async function restarted(): Promise<Publisher> {
  const publisher = here.publisher(kafka);
  await publisher.publish(call({ user_id: 'new' }));
  await publisher.flush();
  return publisher;
}

const errors = (): object[] =>
  here.logged.filter(({ level }) => level === 'error').map(({ details }) => details);

describe('a torn tail', () => {
  it('is cut off after the last whole record, wherever it was torn, and is no error', async () => {
    const [, second = 0, third = 0] = await leaveThree();
    const whole = readFileSync(here.path(FIRST));
    for (let size = second; size < third; size += 1) {
      kafka = new ScriptedTransport();
      writeFileSync(here.path(FIRST), whole.subarray(0, size));
      const publisher = await restarted();
      expect(users(kafka.taken)).toEqual(['u0', 'u1', 'new']);
      expect(publisher.counters()).toMatchObject({ published: 3, failed: 0, spool: { set_aside: 0 } });
      await publisher.close();
    }
    expect(errors()).toEqual([]);
    expect(here.segments()).toEqual([]);
  });

  it('may be the whole file: a process that was killed while it created it', async () => {
    for (const size of [0, 10, 22]) {
      await leaveThree();
      truncateSync(here.path(FIRST), size);
      await (await restarted()).close();
    }
    expect(users(kafka.taken)).toEqual(['new', 'new', 'new']);
    expect([errors(), here.segments()]).toEqual([[], []]);
  });
});

it('a file without a record, of a process that was killed while it created it, holds up and hides nothing', async () => {
  await leaveThree();
  writeFileSync(here.path('000000000000003.spool'), '');
  const publisher = here.publisher(away());
  await publisher.publish(call({ user_id: 'u3' }));
  await endWithEvents(publisher);
  const next = here.publisher(kafka);
  await next.ready();
  await next.flush();
  expect(users(kafka.taken)).toEqual(['u0', 'u1', 'u2', 'u3']);
  expect(errors()).toEqual([]);
});

it('what is set aside holds up no flush of a spool without events', async () => {
  writeFileSync(here.path('000000000000007.spool.aside'), '');
  const publisher = here.publisher(kafka);
  await publisher.ready();
  await publisher.flush();
  expect(publisher.counters().spool).toMatchObject({ events: 0, set_aside: 1 });
});

describe('a damaged segment', () => {
  it('is set aside, logged and counted, when all of its readable events are delivered', async () => {
    const [first = 0] = await leaveThree();
    flip(FIRST, first + 20);
    const publisher = await restarted();
    expect(users(kafka.taken)).toEqual(['u0', 'u2', 'new']);
    expect(publisher.counters()).toMatchObject({
      accepted: 4,
      published: 3,
      failed: 1,
      buffered: 0,
      spool: { set_aside: 1 },
    });
    expect(errors()).toEqual([
      {
        file: here.path(FIRST),
        reason: `1 of its records are unreadable, the first at offset ${first}`,
      },
    ]);
    await publisher.close();
    expect(here.segments()).toEqual([`${FIRST}.aside`]);
    expect((await restarted()).counters().spool?.set_aside).toBe(1);
  });

  it('is found by the names of the others, where its last record has lost its length', async () => {
    const [, second = 0] = await leaveThree();
    const publisher = here.publisher(away());
    await publisher.publish(call({ user_id: 'u3' }));
    await endWithEvents(publisher);
    flip(FIRST, second + 4);
    await restarted();
    expect(users(kafka.taken)).toEqual(['u0', 'u1', 'u3', 'new']);
    expect(errors()).toHaveLength(1);
  });

  it.each([0, 9, 13, 20])(
    'still delivers its records where byte %s of its header is damaged',
    async (offset) => {
      await leaveThree();
      flip(FIRST, offset);
      const publisher = await restarted();
      expect(users(kafka.taken)).toEqual(['u0', 'u1', 'u2', 'new']);
      expect(publisher.counters()).toMatchObject({ failed: 0, spool: { set_aside: 1 } });
      await publisher.close();
      expect(here.segments()).toEqual([`${FIRST}.aside`]);
    },
  );

  it('rejects the call that waits for the event, while the publisher runs', async () => {
    const publisher = here.publisher(kafka, { resolveWhen: 'acknowledged' }, { maxBatchRecords: 1 });
    let isAway = true;
    kafka.onSend = () => {
      if (isAway) throw new Error('the brokers are away');
    };
    // More than the window holds in memory.
    const padded = Array.from({ length: 3_000 }, (_, user) =>
      publisher.publish(call({ user_id: `u${user}`, endpoint: 'x'.repeat(2_000) })),
    );
    for (const report of padded) report.catch(() => undefined);
    await until(() => publisher.counters().buffered === 3_000);
    const name = here.segments().at(-1) ?? '';
    flip(name, readFileSync(here.path(name)).length - 100);
    isAway = false;
    await expect(padded[2_999]).rejects.toMatchObject({ code: 'SPOOL_DAMAGED' });
    await Promise.all(padded.slice(0, 2_999));
    await publisher.flush();
    expect(publisher.counters()).toMatchObject({ published: 2_999, failed: 1, buffered: 0 });
  });
});

describe('a foreign file under the name of a segment', () => {
  it.each([
    ['text', Buffer.from('these are no records '.repeat(100))],
    ['random bytes', Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7_919 + 13) % 251))],
  ])('is set aside at once, and holds up nothing (%s)', async (_, content) => {
    await leaveThree();
    writeFileSync(here.path('000000000000500.spool'), content);
    const publisher = await restarted();
    expect(users(kafka.taken)).toEqual(['u0', 'u1', 'u2', 'new']);
    expect(publisher.counters()).toMatchObject({ failed: 0, spool: { set_aside: 1 } });
    expect(here.segments()).toContain('000000000000500.spool.aside');
    expect(errors()).toEqual([expect.objectContaining({ file: here.path('000000000000500.spool') })]);
  });

  it('between the numbers of a segment hides none of its records', async () => {
    await leaveThree();
    writeFileSync(here.path('000000000000001.spool'), 'not a segment, although it is named as one');
    await (await restarted()).close();
    expect(users(kafka.taken)).toEqual(['u0', 'u1', 'u2', 'new']);
    expect(here.segments()).toEqual(['000000000000001.spool.aside']);
  });

  it('of another spool that hides records has their segment kept, and logged', async () => {
    await leaveThree();
    const header = encodeHeader(2);
    writeFileSync(
      here.path('000000000000002.spool'),
      Buffer.concat([header, encodeRecords([{ key: 'acme', value: Buffer.from('foreign') }], 2)]),
    );
    const publisher = here.publisher(away());
    await publisher.ready();
    await until(() => errors().length > 0);
    expect(errors()).toEqual([
      { file: here.path(FIRST), reason: 'it has a record 2, but the next segment begins with 2' },
    ]);
  });

  it('of a newer format is set aside unread', async () => {
    const newer = Buffer.from('616373706f6f6c0a00000003000000000000', 'hex');
    const { crc32c } = await import('../../../platform/kafka/crc32c.ts');
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32c(newer));
    writeFileSync(here.path(FIRST), Buffer.concat([newer, checksum, Buffer.from('more')]));
    await restarted();
    expect(errors()).toEqual([
      { file: here.path(FIRST), reason: 'the file has format version 3, not 1 or 2' },
    ]);
  });
});

describe('a record that Kafka rejects', () => {
  it('is logged, and its segment is kept: publish() had resolved', async () => {
    kafka.onSend = (batch) => {
      if (batch.some(({ user_id }) => user_id === 'u1'))
        throw new InvalidRecordsError(new Error('too large'));
    };
    const publisher = here.publisher(kafka);
    await Promise.all(publishUsers(publisher, 3).reports);
    await publisher.flush();
    expect(publisher.counters()).toMatchObject({ published: 2, failed: 1, buffered: 0 });
    await publisher.close();
    expect(here.segments()).toEqual([`${FIRST}.aside`]);
    expect(errors()).toHaveLength(2);
  });
});
