/** `npm run token`: a bearer token for the running local stack, on standard output. */
import { readSecret } from '../../api/auth/secret.ts';
import { signToken } from '../../api/auth/tokens.ts';
import { LocalStackError } from './errors.ts';
import { readTokenArguments } from './token-arguments.ts';

const VALID_MS = 24 * 3_600_000;

try {
  const claims = readTokenArguments(process.argv.slice(2));
  // deploy/run.mjs has put the running stack's settings into the environment.
  process.stdout.write(`${await signToken(readSecret(process.env), claims, Date.now() + VALID_MS)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof LocalStackError ? 2 : 1;
}
