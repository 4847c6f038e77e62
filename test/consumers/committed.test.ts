import { untilKnown } from '../../consumers/committed.ts';

const always = (): boolean => true;

describe('what must be known', () => {
  it('is asked for again until there is an answer', async () => {
    const answers = [new Error('The broker is away'), new Error('No coordinator yet'), 7];
    const failures: unknown[] = [];
    const read = () => {
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    expect(await untilKnown(read, always, (error) => failures.push(error), 1)).toBe(7);
    expect(failures).toHaveLength(2);
  });

  it('is given up once nobody wants it any more', async () => {
    let asked = 0;
    const read = () => Promise.reject(new Error(`away ${(asked += 1)}`));
    expect(
      await untilKnown(
        read,
        () => asked < 3,
        () => {},
        1,
      ),
    ).toBeUndefined();
    expect(asked).toBe(3);
  });
});
