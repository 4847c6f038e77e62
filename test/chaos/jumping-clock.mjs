/**
 * Loaded into the processes of a fault run (NODE_OPTIONS, clocks.ts): the wall clock of this process is off by as many
 * milliseconds as the file CLOCKS_DIR/PID says, while that file exists. Timers and performance.now() go on, as they do
 * when a machine's clock is set.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const CHECK_EVERY_MS = 50;
const directory = process.env['CLOCKS_DIR'];

if (directory) {
  const file = join(directory, String(process.pid));
  const RealDate = Date;
  let aheadMs = 0;
  const now = () => RealDate.now() + aheadMs;
  globalThis.Date = new Proxy(RealDate, {
    apply: (target) => new target(now()).toString(),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  setInterval(() => {
    try {
      aheadMs = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      aheadMs = 0; // the clock is right
    }
  }, CHECK_EVERY_MS).unref();
}
