import { readWatermark } from '../store/progress/watermark.ts';
import type { Sources } from './dependencies.ts';

/** How far landing lags behind now, in seconds: every figure that events may still change says so. */
export async function readLagSeconds({ clickhouse, topics, now }: Sources): Promise<number> {
  const asked = now();
  return (asked - (await readWatermark(clickhouse, topics.calls, asked)).displayed) / 1000;
}
