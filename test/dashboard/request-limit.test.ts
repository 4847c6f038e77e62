import { withinRequestLimit } from '../../api/dashboard/web/state/request-limit.ts';

describe('the requests of a page', () => {
  it('run four at a time, and a failed one frees its slot', async () => {
    let running = 0;
    let most = 0;
    const works = Array.from({ length: 20 }, (_, index) =>
      withinRequestLimit(async () => {
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
    expect(await withinRequestLimit(async () => 'again')).toBe('again');
  });
});
