import { DateError, dayNumberOf, type LocalDate } from '../domain/calendar/dates.ts';
import type { Options } from '../platform/command-line/options.ts';

/** The value of a required option that is a date. @throws UsageError */
export function dateOption<Name extends string>(
  options: Options<Readonly<Record<Name, 'string'>>>,
  name: Name,
): LocalDate {
  const text = options.required(name);
  try {
    dayNumberOf(text);
    return text;
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
    throw options.wrong(`--${name}: ${error.message}`);
  }
}
