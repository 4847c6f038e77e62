import type { Shortage } from '../../domain/gate/protocol.ts';
import { Explanations } from '../../gate/explanations.ts';

const shortageOf = (needed: number): Shortage => ({
  needed,
  available_at: 1_000,
  top_user: { user_id: 'ann', credits: 500 },
  top_app: null,
});

/** Explanations of a database that answers when it is told to. */
function open() {
  const clock = { now: 0 };
  const asked: { readonly needed: number; readonly answer: PromiseWithResolvers<Shortage> }[] = [];
  const failures: unknown[] = [];
  const explanations = new Explanations({
    explain: (needed) => {
      const answer = Promise.withResolvers<Shortage>();
      asked.push({ needed, answer });
      return answer.promise;
    },
    uptime: () => clock.now,
    onFailure: (error) => failures.push(error),
  });
  return { explanations, clock, asked, failures };
}

describe('explanations of rejected calls', () => {
  it('share one query, and keep its result for a second', async () => {
    const { explanations, clock, asked } = open();
    const both = Promise.all([explanations.of(500), explanations.of(300)]);
    asked[0]?.answer.resolve(shortageOf(500));
    expect(await both).toEqual([shortageOf(500), shortageOf(500)]);
    clock.now = 999;
    expect(await explanations.of(500)).toEqual(shortageOf(500));
    expect(asked).toHaveLength(1);
    clock.now = 1_000;
    void explanations.of(500);
    expect(asked).toHaveLength(2);
  });

  it('of a dearer call come after the one that runs', async () => {
    const { explanations, asked } = open();
    const cheap = explanations.of(300);
    const dear = explanations.of(500);
    expect(asked.map(({ needed }) => needed)).toEqual([300]);
    asked[0]?.answer.resolve(shortageOf(300));
    expect(await cheap).toEqual(shortageOf(300));
    expect(asked.map(({ needed }) => needed)).toEqual([300, 500]);
    asked[1]?.answer.resolve(shortageOf(500));
    expect(await dear).toEqual(shortageOf(500));
  });

  it('are left out where the database is slow, and serve a later answer', async () => {
    const { explanations, asked } = open();
    expect(await Promise.all([explanations.of(500), explanations.of(300)])).toEqual([undefined, undefined]);
    asked[0]?.answer.resolve(shortageOf(500));
    expect(await explanations.of(500)).toEqual(shortageOf(500));
    expect(asked).toHaveLength(1);
  });

  it('are left out where a query fails, and the next answer has its own', async () => {
    const { explanations, asked, failures } = open();
    const failed = explanations.of(500);
    asked[0]?.answer.reject(new Error('away'));
    expect(await failed).toBeUndefined();
    expect(failures).toHaveLength(1);
    const next = explanations.of(500);
    asked[1]?.answer.resolve(shortageOf(500));
    expect(await next).toEqual(shortageOf(500));
  });
});
