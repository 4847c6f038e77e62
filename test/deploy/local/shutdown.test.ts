import { createShutdown } from '../../../deploy/local/shutdown.ts';

describe('the shutdown', () => {
  it('ends the parts in the reverse order of their start, one after the other', async () => {
    const ended: string[] = [];
    const shutdown = createShutdown(() => {});
    for (const name of ['kafka', 'consumer', 'api']) {
      shutdown.add(async () => {
        await new Promise(setImmediate);
        ended.push(name);
      });
    }
    await Promise.all([shutdown.run(), shutdown.run()]);
    expect(ended).toEqual(['api', 'consumer', 'kafka']);
  });

  it('continues after a part that fails, and reports it', async () => {
    const ended: string[] = [];
    const reported: unknown[] = [];
    const shutdown = createShutdown((error) => reported.push(error));
    shutdown.add(() => Promise.resolve(ended.push('kafka')));
    shutdown.add(() => Promise.reject(new Error('stuck')));
    await shutdown.run();
    expect(ended).toEqual(['kafka']);
    expect(reported).toEqual([new Error('stuck')]);
  });

  it('also ends what is added while it runs', async () => {
    const ended: string[] = [];
    const shutdown = createShutdown(() => {});
    shutdown.add(async () => {
      shutdown.add(() => Promise.resolve(ended.push('late')));
      await new Promise(setImmediate);
    });
    await shutdown.run();
    expect(ended).toEqual(['late']);
  });
});
