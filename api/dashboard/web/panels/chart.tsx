import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { number, short } from '../formats.ts';
import { appearance } from '../state/appearance.ts';
import type { Bucket, Measure } from './series.ts';

interface ChartProps {
  readonly buckets: readonly Bucket[];
  /** The period before, bar by bar; empty where it is not compared with. */
  readonly before: readonly Bucket[];
  readonly measure: Measure;
  /** What it shows, in a sentence: for who cannot see it. */
  readonly summary: string;
  /** Bars that were dragged over. */
  readonly onChoose: (first: Bucket, last: Bucket) => void;
}

const HEIGHT = 220;
const PIXELS_A_TICK = 90;

/** Bars over time. Drawn once and then given new figures, so that nothing flickers. */
export function Chart({ buckets, before, measure, summary, onChoose }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef({ buckets, onChoose });
  shown.current = { buckets, onChoose };
  const [hovered, setHovered] = useState<number | null>(null);
  const theme = appearance.value;
  const isCompared = before.length > 0;

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const made = new uPlot(optionsOf(element, shown, isCompared, setHovered), [[], [], []], element);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme, isCompared]);

  useEffect(() => {
    const values = buckets.map((bucket) => bucket[measure]);
    const earlier = buckets.map((_, index) => before[index]?.[measure] ?? null);
    plot.current?.setData([buckets.map((_, index) => index), values, earlier]);
  }, [buckets, before, measure, theme, isCompared]);

  const bucket = hovered === null ? undefined : buckets[hovered];
  const earlier = hovered === null ? undefined : before[hovered];
  return (
    <div class="chart">
      <div ref={place} role="img" aria-label={summary} />
      <p class="chart-hover" aria-hidden="true">
        {bucket === undefined ? (
          <span class="faint">
            {isCompared && 'Dashed: the period before. '}
            Point at a bar; drag over some to look closer.
          </span>
        ) : (
          <>
            {bucket.label}: <b>{number(bucket[measure])}</b> {measure}
            {earlier && <span class="faint"> · {number(earlier[measure])} in the period before</span>}
          </>
        )}
      </p>
    </div>
  );
}

function optionsOf(
  element: HTMLElement,
  shown: { readonly current: Pick<ChartProps, 'buckets' | 'onChoose'> },
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
        splits: (self) => tickedBars(shown.current.buckets, self.width),
        values: (_, splits) => splits.map((index) => shown.current.buckets[index]?.tick ?? ''),
      },
      {
        ...axis,
        size: 52,
        grid: { stroke: colour('--line'), width: 1 },
        values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? short(value) : '')),
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
      setCursor: [(self) => onHover(self.cursor.idx ?? null)],
      setSelect: [
        (self) => {
          const { left, width } = self.select;
          if (width < 4) return;
          const { buckets, onChoose } = shown.current;
          const indexAt = (pixel: number): number =>
            Math.min(buckets.length - 1, Math.max(0, Math.round(self.posToVal(pixel, 'x'))));
          const [first, last] = [buckets[indexAt(left)], buckets[indexAt(left + width)]];
          self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (first !== undefined && last !== undefined) onChoose(first, last);
        },
      ],
    },
  };
}

/** Bars that get a label: those at which it changes to a round one, as many as fit. */
function tickedBars(buckets: readonly Bucket[], width: number): number[] {
  const changes = buckets.flatMap(({ tick }, index) => (tick === buckets[index - 1]?.tick ? [] : [index]));
  const isRound = (index: number): boolean => /^(?!.*:)|:00\b/.test(buckets[index]?.tick ?? '');
  const round = changes.filter((index) => isRound(index));
  const candidates = round.length >= 3 ? round : changes;
  const step = Math.ceil(candidates.length / Math.max(2, Math.floor(width / PIXELS_A_TICK)));
  return candidates.filter((_, index) => index % step === 0);
}
