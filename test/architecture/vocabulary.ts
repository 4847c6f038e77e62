import type { Source } from './layers.ts';

/** A word that has a better one, and where it is looked for. */
interface Term {
  readonly words: RegExp;
  readonly instead: string;
  /** Only in files whose path matches. */
  readonly only?: RegExp;
  /** Not in files whose path matches. */
  readonly except?: RegExp;
}

/**
 * Matched against text in lower case whose identifiers are split into words: `landedUntil` is `landed until`.
 * One term for one thing, the term of the field (CONTRIBUTING.md, Words).
 */
const TERMS: readonly Term[] = [
  { words: /\blanded until\b/, instead: 'watermark' },
  { words: /\bseen to (have|land)|\blanding was seen\b/, instead: 'confirmed' },
  { words: /\blanders?\b/, instead: 'batch writer' },
  {
    words: /(?<!avro |native )\bblocks?\b/,
    instead: 'insert batch',
    only: /^(test\/)?consumers\/|\.md$/,
  },
  { words: /\bjudg(e[sd]?|ing|ement)\b|\bverdicts?\b/, instead: 'validate, validation result' },
  { words: /\bmay not count\b|\b(that|which|what) may count\b/, instead: '(in)valid' },
  { words: /(?<!(dead|case|capital) )\bletters?\b(?!,? (and )?digits| spacing)/, instead: 'dead letter' },
  { words: /\bpersist(s|ed|ing)?\b/, instead: 'retry until success' },
  { words: /\boutbox/, instead: 'send buffer' },
  { words: /\b(for|in) company\b/, instead: 'linger' },
  { words: /\blevel with\b/, instead: 'caught up' },
  { words: /\bis todays\b|\bforeign (schema|writer)/, instead: 'current schema, writer schema' },
  { words: /\bdirty\b/, instead: 'invalidated' },
  {
    words: /\bmark(s|ed|ing)?\b/,
    instead: 'invalidation, progress',
    only: /^(test\/)?(aggregator|store|domain|cli|integration)\/|^(test\/)?api\/(reconciliation|health|sealing)|\.md$/,
  },
  { words: /\bportions?\b/, instead: 'chunk, page' },
  { words: /\bstretch(es)?\b/, instead: 'interval', except: /\.css$/ },
  { words: /\bwish(es|ed)?\b/, instead: 'command' },
  // Not the verb: a test of a word in prose would find "act on".
  { words: /\bacts\b/, instead: 'permission, action' },
  { words: /\bextents?\b/, instead: 'scope' },
  { words: /\brefus(e[sd]?|als?|ing)\b(?<!connection refused)/, instead: 'reject' },
  {
    words: /\bfaults?\b(?! run)|\bfaulty\b|\bdeviations?\b/,
    instead: 'validation error, problem',
    except: /^test\/chaos\//,
  },
  { words: /\bsilence\b/, instead: 'request timeout', except: /^test\// },
  {
    words: /\bgauges?\b/,
    instead: 'current usage',
    except: /^(api|test\/api)\/(dashboard|metrics)\/|metrics\.ts$|^test\/dashboard\/|^CONTRIBUTING\.md$/,
  },
  { words: /\blaps?\b/, instead: 'repetitions', except: /^docs\/interfaces\.md$/ },
  { words: /\bsurvey(s|ed|ing)?\b|\btimetables?\b/, instead: 'scan, schedule' },
  { words: /\bmend(s|ed|ing)?\b/, instead: 'fix' },
  { words: /\bfor ever\b/, instead: 'forever' },
  { words: /\bnobody('s)?\b|\bwhoever\b|\bwhomever\b/, instead: 'no one, or the name of the actor' },
  { words: /\b(tell(s|ing)?|told)\b(?! (\w+ )?apart\b)/, instead: 'report, return, log, notify' },
  { words: /(?<!they )\basked for\b|\bto be asked\b/, instead: 'requested' },
  { words: /(?<!\bthere )\b(is|are|was|were) no (?!longer\b|more\b|one\b)/, instead: 'is not a' },
  { words: /\bwas never (set|told)\b/, instead: 'default' },
  { words: /\bweather\b|\bwiser\b/, instead: 'the plain statement' },
  { words: /\bmade a mistake\b/, instead: 'internal server error' },
  {
    words: /\bwhat if what\b|\borganisation came with\b|\bare those of utc\b|\bby now, for\b/,
    instead: 'the plain statement',
  },
];

/** Names of contracts: JSON fields, tables and columns, metrics, options, variables. They are no prose. */
const CONTRACT_NAMES = [
  'landed_until',
  'dirty_marks',
  'mark_late_events',
  'marks_to_reseal',
  'marked_at',
  'is_marked',
  '--laps',
  'mark_cache_size',
  'max_insert_block_size',
  'max_block_size',
  'per_insert_block',
  'no-subscription',
  'npm run letters',
  '"letters":',
  'ECONNREFUSED',
];
const CONTRACT = new RegExp(CONTRACT_NAMES.join('|'), 'g');

/**
 * Fields of answers, of the replay's record under DATA_DIR and of its summary, where code names them as a key:
 * `change.refused`, `laps: 4`, `{ lap, line }`. Prose with these words is found all the same.
 */
const FIELD =
  /(?<=\w\??\.)(refused|laps?)\b|(?<=[{,] )(refused|laps?)(?= ?[,}:])|\b(refused|laps?)(?=\??:( |$))|\brefused_count\b|'laps'/g;
const HAS_FIELDS = /^(api\/(settings|dashboard)|producers\/access-log|deploy\/local|test)\//;

/** Every line with a word that has a better one: `path:line: word -> better word`. */
export function wrongWords(files: readonly Source[]): string[] {
  return files.flatMap((file) => [
    ...wrongWordsIn(file.path, file.path, 0),
    ...file.text.split('\n').flatMap((line, index) => wrongWordsIn(file.path, line, index + 1)),
  ]);
}

function wrongWordsIn(path: string, line: string, number: number): string[] {
  const text = inWords(HAS_FIELDS.test(path) ? line.replaceAll(FIELD, '') : line);
  return TERMS.filter(({ only, except }) => (only?.test(path) ?? true) && !except?.test(path)).flatMap(
    ({ words, instead }) => {
      const match = words.exec(text);
      return match ? [`${path}:${number}: "${match[0]}" -> ${instead}`] : [];
    },
  );
}

/** Less the names of contracts, identifiers split into their words, in lower case. */
function inWords(line: string): string {
  return line
    .replaceAll(CONTRACT, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/(?<=\w)[_-](?=\w)/g, ' ')
    .replaceAll('’', "'")
    .toLowerCase();
}
