/** At most so many lines above zero. */
const LINES = 4;
/** Finer than any price; what adding up binary fractions leaves behind is finer still. */
const DECIMALS = 10;
const STEPS = [1, 2, 2.5, 5, 10];

/**
 * The lines of an axis from 0 to at least `most`: round amounts, such as 0, 2, 4, 6.
 * @param most of the bars, above 0
 */
export function axisSteps(most: number): readonly number[] {
  const size = 10 ** Math.floor(Math.log10(most / LINES));
  const step = size * (STEPS.find((each) => each * size * LINES >= most) ?? 10);
  const count = Math.ceil(most / step);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toFixed(DECIMALS)));
}

/** A line's amount as a canonical decimal. */
export const amountOf = (step: number): string => step.toFixed(DECIMALS).replace(/\.?0+$/, '');
