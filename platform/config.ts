import { readFileSync } from 'node:fs';
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
 * @param variables a schema for each name; `secret: true` keeps the value out of errors, and lets NAME_FILE name a
 * file with the value instead
 * @throws ConfigError with every problem at once
 */
export function readConfig<Variables extends TProperties>(
  env: Environment,
  variables: Variables,
): Static<ReturnType<typeof Type.Object<Variables>>> {
  const schema = Type.Object(variables);
  const unreadable = new Map<string, readonly string[]>();
  const given: Record<string, string> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const text = isSecret(variable) ? attempt(() => readSecretText(env, name)) : { value: env[name] };
    if ('problems' in text) unreadable.set(name, text.problems);
    else if (text.value) given[name] = text.value;
  }
  const value = Value.Convert(schema, Value.Default(schema, given));
  if (unreadable.size === 0 && Value.Check(schema, value)) return value;
  throw new ConfigError(
    Object.entries(variables).flatMap(([name, variable]) => {
      const problems = unreadable.get(name);
      if (problems) return problems;
      if (!(name in Object(value)))
        return '~optional' in variable ? [] : [`${name} is missing${description(variable)}`];
      const [error] = Value.Errors(variable, Object(value)[name]);
      if (!error) return [];
      return [`${name} ${requirement(error, variable)}${shown(env[name], variable)}${description(variable)}`];
    }),
  );
}

/**
 * A secret: the variable NAME, or the content of the file that NAME_FILE names, without surrounding whitespace.
 * @returns undefined where neither is given @throws ConfigError, never with the secret in its text
 */
export function readSecretText(env: Environment, name: string): string | undefined {
  const [given, file] = [env[name], env[`${name}_FILE`]];
  if (given && file) throw new ConfigError([`Set either ${name} or ${name}_FILE, not both`]);
  if (!file) return given || undefined;
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError([`${name}_FILE cannot be read: ${String(error)}`]);
  }
  if (content === '') throw new ConfigError([`${name}_FILE ${file} is empty`]);
  return content;
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
  if (isSecret(variable)) return '';
  return `, got ${JSON.stringify(withoutCredentials(value ?? ''))}`;
}

const isSecret = (variable: object): boolean => 'secret' in variable && variable.secret === true;

function description(variable: object): string {
  return 'description' in variable ? ` (${String(variable.description)})` : '';
}
