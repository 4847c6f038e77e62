import uPlot from 'uplot';
import { compactNumber } from '../formats.ts';
import type { Bucket } from './series.ts';
import { labelledBars } from './ticks.ts';

export const HEIGHT = 220;
const Y_AXIS_WIDTH = 52;

interface Current {
  readonly buckets: readonly Bucket[];
  readonly onSelect: (first: Bucket, last: Bucket) => void;
}

/**
 * uPlot's options for bars with an optional dashed line.
 * @param current read at every drawing and selection: the options outlive the figures
 */
export function chartOptions(
  element: HTMLElement,
  current: { readonly current: Current },
  isCompared: boolean,
  onHover: (index: number | null) => void,
): uPlot.Options {
  const styles = getComputedStyle(element);
  const colour = (name: string): string => styles.getPropertyValue(name).trim();
  const font = `12px ${styles.fontFamily}`;
  const axis = { stroke: colour('--faint'), font, ticks: { show: false } };
  const bars = uPlot.paths.bars?.({ size: [0.8, 48], radius: 0.15 });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { show: false } },
    scales: {
      x: { time: false, range: (_, min, max) => [min - 0.5, max + 0.5] },
      y: { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        grid: { show: false },
        splits: ({ width }) => labelledBars(current.current.buckets, width - Y_AXIS_WIDTH),
        values: (_, splits) => splits.map((index) => current.current.buckets[index]?.tick ?? ''),
      },
      {
        ...axis,
        size: Y_AXIS_WIDTH,
        grid: { stroke: colour('--line'), width: 1 },
        values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? compactNumber(value) : '')),
      },
    ],
    series: [
      {},
      {
        fill: colour('--accent'),
        stroke: colour('--accent'),
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars }),
      },
      {
        show: isCompared,
        stroke: colour('--ink'),
        width: 1.5,
        dash: [4, 3],
        points: { show: false },
      },
    ],
    hooks: {
      setCursor: [(plot) => onHover(plot.cursor.idx ?? null)],
      setSelect: [(plot) => select(plot, current.current)],
    },
  };
}

function select(plot: uPlot, { buckets, onSelect }: Current): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  const indexAt = (pixel: number): number =>
    Math.min(buckets.length - 1, Math.max(0, Math.round(plot.posToVal(pixel, 'x'))));
  const [first, last] = [buckets[indexAt(left)], buckets[indexAt(left + width)]];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (first !== undefined && last !== undefined) onSelect(first, last);
}
