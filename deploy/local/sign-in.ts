/** `npm run sign-in`: another link to the dashboard of the running local stack, for one sign-in. */
import { createSignInCode } from '../../api/dashboard/sign-in-codes.ts';
import { isOn } from '../../api/config.ts';
import { runCommand } from '../../platform/command-line/command.ts';
import { Options } from '../../platform/command-line/options.ts';
import { LocalStackError } from './errors.ts';
import { signInLink } from './sign-in-link.ts';

const USAGE = `npm run sign-in

Prints a link to the dashboard of the running local stack. It works once: in the browser that opens it you can then
sign in as anyone.`;

await runCommand(async (args) => {
  if (new Options(USAGE, {}, args).has('help')) return USAGE;
  // deploy/run.ts has put the running stack's variables into the environment.
  const { LOCAL_SIGN_IN = '', DATA_DIR = '.data', PORT = '8080' } = process.env;
  if (!isOn(LOCAL_SIGN_IN)) {
    throw new LocalStackError(
      'NO_SIGN_IN',
      'This stack has no local sign-in (LOCAL_SIGN_IN): paste a token on its sign-in page.',
    );
  }
  return signInLink(`http://127.0.0.1:${PORT}`, createSignInCode(DATA_DIR));
});
