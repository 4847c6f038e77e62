import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { number } from '../formats.ts';
import { theme } from '../state/theme.ts';
import { chartOptions, HEIGHT } from './chart-options.ts';
import type { Bucket, Measure } from './series.ts';

interface ChartProps {
  readonly buckets: readonly Bucket[];
  /** The previous period, bar by bar; empty unless it is compared with. */
  readonly previous: readonly Bucket[];
  readonly measure: Measure;
  /** What a bar is, such as "Credits per hour". */
  readonly caption: string;
  /** The chart in a sentence, for readers who cannot see it. */
  readonly summary: string;
  /** Called with the bars that the reader dragged over. */
  readonly onSelect: (first: Bucket, last: Bucket) => void;
}

/** Bars over time. It is created once and then updated, so that nothing flickers. */
export function Chart({ buckets, previous, measure, caption, summary, onSelect }: ChartProps) {
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const current = useRef({ buckets, onSelect });
  current.current = { buckets, onSelect };
  const [hovered, setHovered] = useState<number | null>(null);
  const colours = theme.value;
  const isCompared = previous.length > 0;

  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const options = chartOptions(element, current, isCompared, setHovered);
    const created = new uPlot(options, [[], [], []], element);
    plot.current = created;
    const sizes = new ResizeObserver(() => created.setSize({ width: element.clientWidth, height: HEIGHT }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      created.destroy();
      plot.current = null;
    };
  }, [colours, isCompared]);

  useEffect(() => {
    const values = buckets.map((bucket) => bucket[measure]);
    const earlier = buckets.map((_, index) => previous[index]?.[measure] ?? null);
    plot.current?.setData([buckets.map((_, index) => index), values, earlier]);
    // The bars' indexes stay the same when time moves on, and uPlot then keeps its old labels.
    plot.current?.redraw(false, true);
  }, [buckets, previous, measure, colours, isCompared]);

  const bucket = hovered === null ? undefined : buckets[hovered];
  const earlier = hovered === null ? undefined : previous[hovered];
  return (
    <div class="chart">
      <div ref={container} role="img" aria-label={summary} />
      <p class="chart-hover" aria-hidden="true">
        {bucket === undefined ? (
          <span class="faint">
            {caption}. {isCompared && 'Dashed line: the previous period. '}
            Point at a bar for its figures; drag across bars to zoom in.
          </span>
        ) : (
          <>
            {bucket.label}: <b>{number(bucket[measure])}</b> {measure}
            {earlier && <span class="faint"> · {number(earlier[measure])} in the previous period</span>}
          </>
        )}
      </p>
    </div>
  );
}
