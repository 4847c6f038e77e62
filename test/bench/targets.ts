import type { Benchmark, Target } from './benchmark.ts';
import type { Figure } from './figures.ts';

/** A target beside what was reached. */
export interface Judged {
  readonly target: Target;
  readonly figure: Figure;
  /** How many times better ours is than the alternative, or our own figure. */
  readonly reached: number;
  readonly met: 'aim' | 'at least' | 'no';
}

/**
 * Where the system does not show CPU and memory (macOS has no /proc), targets for them are left out.
 * @throws where a target names a figure or an alternative that the benchmark does not have
 */
export function judge({ name, targets = [] }: Benchmark, figures: readonly Figure[]): Judged[] {
  const named = targets.filter(
    ({ figure }) => process.platform === 'linux' || !/^(cpu|memory)\b/.test(figure),
  );
  return named.map((target) => {
    const figure = figures.find(({ key }) => key === target.figure);
    if (!figure) throw new Error(`${name}: a target names ${target.figure}, which was not measured.`);
    const { against } = target;
    const reached =
      against === undefined ? figure.ours : figure.others.find((other) => other.name === against)?.times;
    if (reached === undefined)
      throw new Error(`${name}: a target names ${against}, which is not an alternative.`);
    const isMoreBetter = against !== undefined || figure.better === 'more';
    const reaches = (limit: number | undefined): boolean =>
      limit !== undefined && (isMoreBetter ? reached >= limit : reached <= limit);
    const met = reaches(target.aim) ? 'aim' : reaches(target.atLeast) ? 'at least' : 'no';
    return { target, figure, reached, met };
  });
}
