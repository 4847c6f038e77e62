import { inTurn } from '../../api/dashboard/web/state/request-limit.ts';

describe('requests of a page', () => {
  it('run four at a time, and each gets its turn, also after one that failed', async () => {
    let running = 0;
    let most = 0;
    const works = Array.from({ length: 20 }, (_, index) =>
      inTurn(async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (index % 3 === 0) throw new Error('no');
        return index;
      }),
    );
    const ends = await Promise.allSettled(works);
    expect(most).toBe(4);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(13);
    expect(await inTurn(async () => 'again')).toBe('again');
  });
});
