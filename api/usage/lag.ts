import { readWatermark } from '../../store/progress/watermark.ts';
import type { Sources } from '../dependencies.ts';

/** How far landing lags behind now, in seconds. Every figure that late events may change carries it. */
export async function readLagSeconds({ clickhouse, topics, now }: Sources): Promise<number> {
  const instant = now();
  const { displayed } = await readWatermark(clickhouse, topics.calls, instant);
  return (instant - displayed) / 1000;
}
