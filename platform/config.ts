import { Type, type Static, type TProperties } from 'typebox';
import { Value } from 'typebox/value';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS } from '../schemas/event-rules.ts';

/** All settings are environment variables; each process names the groups it reads, once, in its main.ts. */

/** kafkajs splits at the first colon, so an IPv6 address needs a name. */
const BROKER = String.raw`\s*[^\s:,]+:\d{1,5}\s*`;
/** What an address must look like, for settings that take one. */
export const BROKERS = { pattern: `^${BROKER}(,${BROKER})*$`, examples: ['127.0.0.1:9092,127.0.0.1:9093'] };
export const HTTP_ADDRESS = { pattern: '^https?://', examples: ['http://127.0.0.1:8123'] };

export const kafkaSettings = {
  KAFKA_BROKERS: Type.String({
    ...BROKERS,
    description: 'host:port of the Kafka brokers, comma separated',
  }),
  TOPIC_PREFIX: Type.String({
    default: '',
    pattern: '^[A-Za-z0-9._-]*$',
    examples: ['staging.'],
    description: 'before every topic name',
  }),
};

/** A name that may stand in SQL as it is. */
export const clickhouseName = (name: string) =>
  Type.String({ default: name, pattern: '^[A-Za-z_][A-Za-z0-9_]*$', examples: [name] });

export const clickhouseSettings = {
  CLICKHOUSE_URL: Type.String({
    ...HTTP_ADDRESS,
    description: 'HTTP address of ClickHouse',
  }),
  CLICKHOUSE_DATABASE: clickhouseName('api_credits'),
  CLICKHOUSE_USER: Type.String({ default: 'default', minLength: 1 }),
  CLICKHOUSE_PASSWORD: Type.String({ default: '' }),
};

export const logSettings = {
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], { default: 'info' }),
};

/** The limits of domain.md, "Which events count"; every process that judges or refuses events reads the same two. */
export const lateSettings = {
  FUTURE_LIMIT_MS: Type.Integer({ default: FUTURE_LIMIT_MS, minimum: 0 }),
  LATENESS_LIMIT_MS: Type.Integer({ default: LATENESS_LIMIT_MS, minimum: 0 }),
};

/** When the aggregator acts; the API reads these as well, to say what is due. All in milliseconds. */
export const timingSettings = {
  SEAL_DELAY_MS: Type.Integer({
    default: 60_000,
    minimum: 1_000,
    description:
      'how long after an hour’s end it is sealed; must exceed the difference of the machines’ clocks',
  }),
  GRACE_MS: Type.Integer({
    default: 15 * 60_000,
    minimum: 0,
    description: 'how long after its end a day stays open',
  }),
};

export const orgSettings = {
  UNKNOWN_ORGS: Type.Enum(['none', 'local'], {
    default: 'none',
    description: 'what an org nobody told us about has: no subscription, or the local stack’s free one',
  }),
};

/** What is wrong with the settings, all of it, one line each. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`Settings are wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads the named settings from the environment, with defaults and types applied.
 * An empty variable counts as not given. Throws ConfigError with every mistake at once.
 */
export function readConfig<Properties extends TProperties>(
  env: Readonly<Record<string, string | undefined>>,
  properties: Properties,
): Static<ReturnType<typeof Type.Object<Properties>>> {
  const schema = Type.Object(properties);
  const given = Object.fromEntries(
    Object.keys(properties).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const value = Value.Convert(schema, Value.Default(schema, given));
  if (Value.Check(schema, value)) return value;
  throw new ConfigError(
    Object.entries(properties).flatMap(([name, property]) => {
      if (!(name in Object(value)))
        return '~optional' in property ? [] : [`${name} is missing${describe(property)}`];
      const [error] = Value.Errors(property, Object(value)[name]);
      if (!error) return [];
      return [`${name} ${wanted(error, property)}, got ${JSON.stringify(env[name])}${describe(property)}`];
    }),
  );
}

/** Two readings of settings. Throws ConfigError with the mistakes of both. */
export function readBoth<One, Other>(one: () => One, other: () => Other): [One, Other] {
  const [first, second] = [attempt(one), attempt(other)];
  if ('value' in first && 'value' in second) return [first.value, second.value];
  throw new ConfigError([first, second].flatMap((each) => ('problems' in each ? each.problems : [])));
}

function attempt<Value>(read: () => Value): { value: Value } | { problems: string[] } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

/** What would be right, where the error's own message does not say so. */
function wanted(error: ReturnType<typeof Value.Errors>[number], property: object): string {
  // Less the empty one: an empty variable counts as not given.
  if (error.keyword === 'enum')
    return `must be one of ${error.params.allowedValues.filter((value) => value !== '').join(', ')}`;
  if (error.keyword === 'pattern' && 'examples' in property)
    return `must be like ${String(property.examples)}`;
  return error.message;
}

function describe(property: object): string {
  return 'description' in property ? ` (${String(property.description)})` : '';
}
