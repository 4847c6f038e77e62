/** `npm run token`: a bearer token for the running local stack, on standard output. */
import { runCommand } from '../../platform/command-line/command.ts';
import { readSecret } from '../../api/auth/secret.ts';
import { signToken } from '../../api/auth/tokens.ts';
import { readTokenArguments, TOKEN_USAGE } from './token-arguments.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

await runCommand(async (args) => {
  const claims = readTokenArguments(args);
  // deploy/run.ts has put the running stack's variables into the environment.
  return claims ? signToken(readSecret(process.env), claims, Date.now() + DAY_MS) : TOKEN_USAGE;
});
