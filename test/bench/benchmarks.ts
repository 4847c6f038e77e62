import { alerts } from './alerts.ts';
import { fresh } from './fresh.ts';
import { gate } from './gate/gate.ts';
import { idle } from './idle.ts';
import { land } from './land.ts';
import { middleware } from './middleware.ts';
import type { Plan } from './plan.ts';
import { publish } from './publish.ts';
import { seal } from './seal.ts';
import { backfill } from './stored/backfill.ts';
import { close } from './stored/close.ts';
import { growth } from './stored/growth.ts';
import { reconcile } from './stored/reconcile.ts';
import { reports } from './stored/reports.ts';
import { usage } from './stored/usage.ts';
import { sustained } from './sustained.ts';

/** All benchmarks, in the order in which they run. */
export const BENCHMARKS: Readonly<Record<string, Plan>> = {
  publish,
  middleware,
  land,
  seal,
  sustained,
  fresh,
  alerts,
  gate,
  idle,
  usage,
  reports,
  reconcile,
  growth,
  close,
  backfill,
};
