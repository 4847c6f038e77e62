import { readFileSync } from 'node:fs';
import { createFile, type AppendFile, type CreateFile } from '../../../producers/spool/append-file.ts';
import { call, publishUsers, users } from '../sample-event.ts';
import { ScriptedTransport } from '../scripted-transport.ts';
import { away, endWithEvents, Place } from './spooled.ts';

type Step = keyof AppendFile | 'create';

/** Real files, of which the steps that the test names fail. A failing write leaves half of its bytes. */
class Disk {
  readonly failing = new Map<Step, string>();
  readonly steps: Step[] = [];

  readonly create: CreateFile = async (path) => {
    this.#pass('create');
    const file = await createFile(path);
    return {
      write: async (bytes, offset) => {
        if (this.failing.has('write')) await file.write(bytes.subarray(0, bytes.length >> 1), offset);
        this.#pass('write');
        await file.write(bytes, offset);
      },
      sync: async () => (this.#pass('sync'), file.sync()),
      truncate: async (sizeBytes) => (this.#pass('truncate'), file.truncate(sizeBytes)),
      close: async () => (await file.close(), this.#pass('close')),
    };
  };

  #pass(step: Step): void {
    this.steps.push(step);
    const code = this.failing.get(step);
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${step} failed`), { code });
  }
}

let here: Place;
let disk: Disk;
beforeEach(() => {
  here = new Place();
  disk = new Disk();
});
afterEach(() => here.drop());

/** What a new publisher finds on the disk. */
async function found(): Promise<string[]> {
  const kafka = new ScriptedTransport();
  const publisher = here.publisher(kafka);
  await publisher.ready();
  await publisher.flush();
  await publisher.close();
  return users(kafka.taken);
}

describe('a disk that fails', () => {
  it.each<[Step, string]>([
    ['write', 'ENOSPC'],
    ['write', 'EIO'],
    ['sync', 'EIO'],
    ['sync', 'ENOSPC'],
    ['create', 'EACCES'],
    ['create', 'ENOSPC'],
  ])(
    'at %s (%s) rejects the event, loses none before it, and takes the next without a restart',
    async (step, code) => {
      const publisher = here.small(away(), {}, disk.create);
      if (step !== 'create') await publisher.publish(call({ user_id: 'before' }));
      disk.failing.set(step, code);
      const rejected = publisher.publish(call({ user_id: 'rejected' }));
      await expect(rejected).rejects.toMatchObject({ code: 'SPOOL_WRITE_FAILED', cause: { code } });
      await expect(publisher.publish(call({ user_id: 'rejected' }))).rejects.toMatchObject({
        cause: { code },
      });
      disk.failing.clear();
      await publisher.publish(call({ user_id: 'after' }));
      expect(publisher.counters()).toMatchObject({ rejected: 2, failed: 0 });
      await endWithEvents(publisher);
      expect(await found()).toEqual(step === 'create' ? ['after'] : ['before', 'after']);
      expect(here.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
      expect(here.logged.map(({ message }) => message)).toContain('The spool takes events again');
    },
  );

  it('rejects every event of the group whose fsync failed', async () => {
    const publisher = here.small(away(), {}, disk.create);
    disk.failing.set('sync', 'EIO');
    const settled = await Promise.allSettled(publishUsers(publisher, 10).reports);
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(here.segments()).toEqual([]);
  });

  it('never has a file written or trusted again after a failed fsync: the kernel may have dropped its bytes', async () => {
    const publisher = here.small(away(), {}, disk.create);
    await publisher.publish(call({ user_id: 'before' }));
    const durable = readFileSync(here.path('000000000000000.spool'));
    disk.failing.set('sync', 'EIO');
    await publisher.publish(call({ user_id: 'rejected' })).catch(() => undefined);
    disk.failing.clear();
    await publisher.publish(call({ user_id: 'after' }));
    expect(here.segments()).toEqual(['000000000000000.spool', '000000000000001.spool']);
    expect(readFileSync(here.path('000000000000000.spool'))).toEqual(durable);
  });

  it('that cannot even cut the file off still delivers no rejected event', async () => {
    const publisher = here.small(away(), {}, disk.create);
    await publisher.publish(call({ user_id: 'before' }));
    disk.failing.set('sync', 'EIO').set('truncate', 'EIO').set('close', 'EIO');
    await publisher.publish(call({ user_id: 'rejected' })).catch(() => undefined);
    disk.failing.clear();
    await publisher.publish(call({ user_id: 'after' }));
    await endWithEvents(publisher);
    expect(await found()).toEqual(['before', 'after']);
  });
});

describe('fsync', () => {
  it('is shared by the events that are published within the interval', async () => {
    const publisher = here.small(away(), { fsyncEveryMs: 20 }, disk.create);
    await Promise.all(publishUsers(publisher, 100).reports);
    expect(disk.steps).toEqual(['create', 'write', 'sync']);
  });
});
