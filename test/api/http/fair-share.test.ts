import { setTimeout as sleep } from 'node:timers/promises';
import { FairShare } from '../../../api/http/fair-share.ts';
import { Problem } from '../../../api/problems/problem.ts';

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function work() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { run: () => promise, end: () => resolve() };
}

describe('a fair share', () => {
  it('runs so many at once for each holder, and the others in their order', async () => {
    const share = new FairShare({ slots: 2, waitMs: 10_000, maxWaiting: 10 });
    const started: string[] = [];
    const names = ['a1', 'a2', 'a3', 'a4', 'b1'];
    const works = names.map(() => work());
    const runs = names.map((name, index) =>
      share.run(name.slice(0, 1), never, async () => {
        started.push(name);
        await works[index]?.run();
      }),
    );
    await sleep(1);
    expect(started).toEqual(['a1', 'a2', 'b1']);
    works[1]?.end();
    await runs[1];
    await sleep(1);
    expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
    for (const { end } of works) end();
    await Promise.all(runs);
    expect(started).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
  });

  it('holds a slot for work that another function ends, and frees it once', async () => {
    const share = new FairShare({ slots: 1, waitMs: 10_000, maxWaiting: 2 });
    const free = await share.hold('a', never);
    const next = share.hold('a', never);
    let isNextHeld = false;
    void next.then(() => (isNextHeld = true));
    await sleep(1);
    expect(isNextHeld).toBe(false);
    free();
    free();
    const freeNext = await next;
    const last = share.hold('a', never);
    await sleep(1);
    freeNext();
    (await last)();
  });

  it('frees a slot whose work fails', async () => {
    const share = new FairShare({ slots: 1, waitMs: 10_000, maxWaiting: 1 });
    const failing = share.run('a', never, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await share.run('a', never, async () => 7)).toBe(7);
  });

  it('ends a wait after its limit, and with the signal, and keeps the queue of a holder short', async () => {
    const share = new FairShare({ slots: 1, waitMs: 30, maxWaiting: 2 });
    const { run, end } = work();
    const first = share.run('a', never, run);
    const ending = new AbortController();
    const late = share.run('a', never, async () => 'late');
    const aborted = share.run('a', ending.signal, async () => 'aborted');
    await expect(share.run('a', never, async () => 'too many')).rejects.toMatchObject({
      code: 'too-many-requests',
      status: 429,
      headers: { 'retry-after': '1' },
    });
    ending.abort(new Error('the client has gone'));
    await expect(aborted).rejects.toThrow('the client has gone');
    await expect(late).rejects.toThrow(Problem);
    const next = share.run('a', never, async () => 'next');
    end();
    await first;
    expect(await next).toBe('next');
    expect(await share.run('a', never, async () => 'free again')).toBe('free again');
  });
});
