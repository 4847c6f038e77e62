/** A process that does as BEHAVIOUR says, for run-process.test.ts. */
import { Type } from 'typebox';
import { readConfig } from '../../../platform/config.ts';
import { runProcess } from '../../../platform/lifecycle/run-process.ts';
import { processVariables } from '../../../platform/variables.ts';

const VARIABLES = {
  ...processVariables,
  BEHAVIOUR: Type.Enum([
    'stops',
    'is stuck',
    'fails to stop',
    'keeps starting',
    'fails to start',
    'throws',
    'rejects',
  ]),
  API_KEY: Type.String({ default: '', maxLength: 8, secret: true }),
};

await runProcess(
  {
    name: 'program',
    readConfig: (env) => readConfig(env, VARIABLES),
    unfinished: 'the rest is done later',
  },
  async ({ config: { BEHAVIOUR: behaviour }, logger, onStop }) => {
    // Keeps the process alive.
    setInterval(() => undefined, 1_000);
    logger.info('starting');
    if (behaviour === 'keeps starting') await new Promise(() => undefined);
    if (behaviour === 'fails to start') throw new Error('no server');
    if (behaviour === 'throws') setTimeout(() => thrown());
    if (behaviour === 'rejects') void Promise.reject(new Error('forgotten'));
    onStop(async () => {
      if (behaviour === 'fails to stop') throw new Error('cannot close');
      if (behaviour === 'is stuck') await new Promise(() => undefined);
    });
    logger.info('started');
  },
);

function thrown(): never {
  throw new Error('out of nowhere');
}
