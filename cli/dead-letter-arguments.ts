import { Options } from '../platform/command-line/options.ts';
import { formatPlace, parsePlace, type Place } from '../schemas/dead-letter.ts';
import { DEAD_LETTER_STATES } from '../store/dead-letters/dead-letter.ts';
import type { DeadLetterFilters } from '../store/dead-letters/filters.ts';
import { FILTER_OPTIONS, filtersOf } from './dead-letter-filters.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

export const DEAD_LETTERS_USAGE = `npm run letters -- list [FILTERS] [--limit N] [--after ID]
npm run letters -- show ID
npm run letters -- export --file FILE [FILTERS]
npm run letters -- check [FILTERS]
npm run letters -- replay ID... | --countable [FILTERS] | FILTERS

Dead letters: the records that do not count. An ID is TOPIC/PARTITION/OFFSET, as list prints it.

  list      the newest first
  show      one of them: why it was quarantined and what to do, its bytes, and its fields as far as they can be read
  export    all that match, with their bytes, as a JSON object a line
  check     how many would count now, for example after a schema was published or LATENESS_LIMIT_MS was raised, by the
            code with which the consumers validate; publishes nothing
  replay    publishes their bytes to the call topic again. An event counts once, however often it is replayed. Those
            that are rejected again become dead letters of their own. --countable replays those that check counts

Filters; check and replay take those that are open by default:
  --reason REASON        one of those that list shows
  --org ORG              whose event it is, or the record's key
  --topic TOPIC          api-calls, daily-charges or settings
  --partition N          of the topic
  --from, --to INSTANT   when Kafka appended the record, for example 2026-12-01T00:00:00Z; half-open
  --state STATE          ${DEAD_LETTER_STATES.join(', ')}
  --replay REPLAY        replayed last by this request

  --limit N              how many to list, 1 to ${MAX_LIMIT} (${DEFAULT_LIMIT})
  --after ID             continue behind this one

FUTURE_LIMIT_MS, LATENESS_LIMIT_MS and SCHEMA_REGISTRY_... must be those of the consumers.`;

const TYPES = {
  ...FILTER_OPTIONS,
  limit: 'string',
  after: 'string',
  file: 'string',
  countable: 'boolean',
} as const;
type DeadLetterOptions = Options<typeof TYPES>;

export type DeadLetterCommand =
  | { readonly action: 'help' }
  | {
      readonly action: 'list';
      readonly filters: DeadLetterFilters;
      readonly limit: number;
      readonly after: Place | undefined;
    }
  | { readonly action: 'show'; readonly place: Place }
  | { readonly action: 'export'; readonly filters: DeadLetterFilters; readonly file: string }
  | { readonly action: 'check'; readonly filters: DeadLetterFilters }
  | { readonly action: 'replay'; readonly places: readonly Place[] }
  | { readonly action: 'replay'; readonly filters: DeadLetterFilters; readonly onlyCountable: boolean };

const FILTERS = Object.keys(FILTER_OPTIONS);
/** The options that each action takes besides --help. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  list: [...FILTERS, 'limit', 'after'],
  show: [],
  export: [...FILTERS, 'file'],
  check: FILTERS,
  replay: [...FILTERS, 'countable'],
};

/** @throws UsageError */
export function readDeadLetterArguments(args: readonly string[]): DeadLetterCommand {
  const options = new Options(DEAD_LETTERS_USAGE, TYPES, args, true);
  const [action = '', ...words] = options.words;
  if (options.has('help')) return { action: 'help' };
  const allowed = ALLOWED[action];
  if (allowed === undefined)
    throw options.wrong(action === '' ? 'Name an action.' : `There is no action ${action}.`);
  const foreign = options.given.find((name) => !allowed.includes(name));
  if (foreign !== undefined) throw options.wrong(`--${foreign} is not an option of ${action}.`);
  const places = words.map((word) => placeOf(options, word));
  const [place] = places;
  if (action === 'show') {
    if (place === undefined || places.length > 1) throw options.wrong('Name one dead letter to show.');
    return { action, place };
  }
  if (action !== 'replay' && place !== undefined)
    throw options.wrong(`${action} takes no ${formatPlace(place)}.`);
  const filters = filtersOf(options);
  if (action === 'list') return { action, filters, ...pageOf(options) };
  if (action === 'export') return { action, filters, file: options.required('file') };
  const open: DeadLetterFilters = { state: 'open', ...filters };
  if (action === 'check') return { action, filters: open };
  if (places.length === 0 && options.given.length === 0) {
    throw options.wrong('Name dead letters to replay, or a filter, or --countable.');
  }
  if (places.length > 0 && options.given.length > 0) {
    throw options.wrong('Name either dead letters or options, not both.');
  }
  if (places.length > 0) return { action: 'replay', places };
  return { action: 'replay', filters: open, onlyCountable: options.has('countable') };
}

function pageOf(options: DeadLetterOptions): { limit: number; after: Place | undefined } {
  const limit = options.integer('limit') ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT) throw options.wrong(`--limit must be a number from 1 to ${MAX_LIMIT}.`);
  const after = options.text('after');
  return { limit, after: after === undefined ? undefined : placeOf(options, after) };
}

function placeOf(options: DeadLetterOptions, text: string): Place {
  const place = parsePlace(text);
  if (!place)
    throw options.wrong(`${text} is not a dead letter: write TOPIC/PARTITION/OFFSET, as list prints it.`);
  return place;
}
