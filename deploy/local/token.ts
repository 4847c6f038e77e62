/** `npm run token`: a bearer token for the running local stack, on standard output. */
import { runCommand } from '../../platform/command-line/command.ts';
import { readSecrets } from '../../platform/tokens/secret.ts';
import { signToken } from '../../api/auth/tokens.ts';
import { readTokenArguments, TOKEN_USAGE } from './token-arguments.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

await runCommand(async (args) => {
  const claims = readTokenArguments(args);
  // deploy/run.ts has put the running stack's variables into the environment.
  if (claims === undefined) return TOKEN_USAGE;
  const [secret] = readSecrets(process.env);
  return signToken(secret, claims, Date.now() + DAY_MS);
});
