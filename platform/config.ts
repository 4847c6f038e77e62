import { Type, type Static, type TProperties } from 'typebox';
import { Value } from 'typebox/value';
import { withoutCredentials } from './credentials.ts';

/** What a process reads from its environment, once, when it starts. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration is invalid; the message lists every problem on a line of its own. */
export class ConfigError extends Error {
  readonly code = 'INVALID_CONFIG';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`Invalid configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads environment variables and applies their defaults and types. An empty variable counts as not given.
 * @param variables a schema for each name; `secret: true` keeps the value out of errors
 * @throws ConfigError with every problem at once
 */
export function readConfig<Variables extends TProperties>(
  env: Environment,
  variables: Variables,
): Static<ReturnType<typeof Type.Object<Variables>>> {
  const schema = Type.Object(variables);
  const given = Object.fromEntries(
    Object.keys(variables).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const value = Value.Convert(schema, Value.Default(schema, given));
  if (Value.Check(schema, value)) return value;
  throw new ConfigError(
    Object.entries(variables).flatMap(([name, variable]) => {
      if (!(name in Object(value)))
        return '~optional' in variable ? [] : [`${name} is missing${description(variable)}`];
      const [error] = Value.Errors(variable, Object(value)[name]);
      if (!error) return [];
      return [`${name} ${requirement(error, variable)}${shown(env[name], variable)}${description(variable)}`];
    }),
  );
}

/** Reads two parts of a configuration. @throws ConfigError with the problems of both */
export function readBoth<One, Other>(one: () => One, other: () => Other): [One, Other] {
  const [first, second] = [attempt(one), attempt(other)];
  if ('value' in first && 'value' in second) return [first.value, second.value];
  throw new ConfigError([first, second].flatMap((each) => ('problems' in each ? each.problems : [])));
}

function attempt<Value>(read: () => Value): { value: Value } | { problems: readonly string[] } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

/** What the value must be, where the validator's own message does not say so. */
function requirement(error: ReturnType<typeof Value.Errors>[number], variable: object): string {
  // Without the empty one: an empty variable counts as not given.
  if (error.keyword === 'enum')
    return `must be one of ${error.params.allowedValues.filter((value) => value !== '').join(', ')}`;
  if (error.keyword === 'pattern' && 'examples' in variable)
    return `must be like ${String(variable.examples)}`;
  return error.message;
}

/** The value as given, unless it is a secret. Someone who mistypes an address often has a password in it. */
function shown(value: string | undefined, variable: object): string {
  if ('secret' in variable && variable.secret === true) return '';
  return `, got ${JSON.stringify(withoutCredentials(value ?? ''))}`;
}

function description(variable: object): string {
  return 'description' in variable ? ` (${String(variable.description)})` : '';
}
