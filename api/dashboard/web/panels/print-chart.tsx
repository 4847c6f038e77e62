import { compactNumber } from '../formats.ts';
import type { Bucket, Measure } from './series.ts';
import { labelledBars } from './ticks.ts';

const WIDTH = 720;
const HEIGHT = 200;
/** The space of the labels. */
const [LEFT, BOTTOM] = [48, 20];
const GRID_LINES = 4;

interface PrintChartProps {
  readonly buckets: readonly Bucket[];
  /** The previous period, bar by bar; empty unless it is compared with. */
  readonly previous: readonly Bucket[];
  readonly measure: Measure;
  /** What a bar is, such as "Credits per hour". */
  readonly caption: string;
}

/**
 * The chart on paper. The one on screen is a canvas: it has the screen's width, the theme's colours and too few pixels
 * for a printer.
 */
export function PrintChart({ buckets, previous, measure, caption }: PrintChartProps) {
  const most = Math.max(GRID_LINES, ...[...buckets, ...previous].map((bucket) => bucket[measure]));
  const step = gridStep(most);
  const lines = Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
  const top = lines.at(-1) ?? most;
  const barWidth = (WIDTH - LEFT) / Math.max(1, buckets.length);
  const x = (index: number): number => LEFT + index * barWidth;
  const y = (value: number): number => 8 + (HEIGHT - BOTTOM - 8) * (1 - value / top);
  const earlier = previous.slice(0, buckets.length);
  return (
    <figure class="print-chart">
      <figcaption>
        {caption}
        {earlier.length > 0 && '. Dashed line: the previous period'}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
        {lines.map((value) => (
          <g key={value}>
            <line class="grid" x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
              {compactNumber(value)}
            </text>
          </g>
        ))}
        {buckets.map((bucket, index) => (
          <rect
            key={bucket.range.from}
            x={x(index) + barWidth * 0.1}
            width={barWidth * 0.8}
            y={y(bucket[measure])}
            height={y(0) - y(bucket[measure])}
          />
        ))}
        {labelledBars(buckets, WIDTH - LEFT).map((index) => (
          <text key={index} x={x(index) + barWidth / 2} y={HEIGHT - 4} text-anchor="middle">
            {buckets[index]?.tick}
          </text>
        ))}
        {earlier.length > 0 && (
          <polyline
            points={earlier
              .map((bucket, index) => `${x(index) + barWidth / 2},${y(bucket[measure])}`)
              .join(' ')}
          />
        )}
      </svg>
    </figure>
  );
}

/** The distance of the grid lines: 1, 2 or 5 times a power of ten, so that there are about four lines. */
function gridStep(most: number): number {
  const least = most / GRID_LINES;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}
