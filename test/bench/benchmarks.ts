import { fresh } from './fresh.ts';
import { idle } from './idle.ts';
import { land } from './land.ts';
import { middleware } from './middleware.ts';
import type { Plan } from './plan.ts';
import { publish } from './publish.ts';
import { query } from './query.ts';
import { seal } from './seal.ts';
import { sustained } from './sustained.ts';

/** All benchmarks, in the order in which they run. */
export const BENCHMARKS: Readonly<Record<string, Plan>> = {
  publish,
  middleware,
  land,
  seal,
  sustained,
  fresh,
  idle,
  query,
};
