import { Options } from '../platform/command-line/options.ts';
import { isName } from '../schemas/event-rules.ts';

export const ERASE_USAGE = `npm run erase -- (--org ORG | --all-orgs) (--user ID | --users FILE) [--report FILE [--with-ids]]

Erases persons: their user ids and the source addresses of their calls become a pseudonym in events, dead letters and
rollups, and calls that are delivered again get it too. Figures and charges stay the same. It covers every call until
the end of the hour in which the command starts, or of the next one. Calls of later hours are new data. It can be
stopped at any time and run again. docs/privacy.md says what remains where, and until when.

  --org ORG        the organisation
  --all-orgs       every organisation that has calls of the person
  --user ID        the user id
  --users FILE     a file with a user id on each line; - reads standard input. Other users of the machine see the
                   arguments of a command, and a shell records them: prefer it to --user
  --report FILE    writes the evidence as JSON too, without user ids
  --with-ids       with them, to be kept elsewhere

FUTURE_LIMIT_MS, LATENESS_LIMIT_MS, DEAD_LETTER_RETENTION_DAYS and SCHEMA_REGISTRY_... must be those of the consumers.`;

export interface EraseRequest {
  /** Empty: every organisation. */
  readonly orgId: string;
  readonly userIds: readonly string[];
  readonly reportFile: string | undefined;
  readonly withIds: boolean;
}

/**
 * @param readLines of a file, or of standard input for `-`
 * @returns undefined where the usage is requested
 * @throws UsageError
 */
export function readEraseArguments(
  args: readonly string[],
  readLines: (file: string) => readonly string[],
): EraseRequest | undefined {
  const options = new Options(
    ERASE_USAGE,
    {
      org: 'string',
      'all-orgs': 'boolean',
      user: 'string',
      users: 'string',
      report: 'string',
      'with-ids': 'boolean',
    },
    args,
  );
  if (options.has('help')) return undefined;
  const orgId = options.text('org');
  if ((orgId !== undefined) === options.has('all-orgs'))
    throw options.wrong('Give either --org or --all-orgs.');
  const [user, file] = [options.text('user'), options.text('users')];
  if ((user !== undefined) === (file !== undefined)) throw options.wrong('Give either --user or --users.');
  const reportFile = options.text('report');
  if (options.has('with-ids') && reportFile === undefined) throw options.wrong('--with-ids needs --report.');
  const userIds = user === undefined ? readLines(file ?? '-').filter((line) => line !== '') : [user];
  if (userIds.length === 0) throw options.wrong('The file has no user ids: write one on each line.');
  const invalid = userIds.findIndex((each) => !isName(each));
  if (invalid >= 0) {
    // Its line, not the text: what is printed here may be logged.
    throw options.wrong(
      `User id ${invalid + 1} is not valid: it needs 1 to 128 bytes and no control characters.`,
    );
  }
  return {
    orgId: orgId ?? '',
    userIds: [...new Set(userIds)],
    reportFile,
    withIds: options.has('with-ids'),
  };
}
