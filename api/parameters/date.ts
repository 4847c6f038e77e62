import { Type } from 'typebox';
import { dayNumberOf, DateError, type LocalDate } from '../../domain/calendar/dates.ts';

/** D: the range of instants, 1970 to 2104, less a billing period on both sides. */
const FIRST_DATE = '1970-02-02';
const LAST_DATE = '2104-10-31';

/** Whether the text is an existing date YYYY-MM-DD within the range that the store can hold. */
export function isDate(text: string): text is LocalDate {
  if (text < FIRST_DATE || text > LAST_DATE) return false;
  try {
    dayNumberOf(text);
    return true;
  } catch (error) {
    if (error instanceof DateError) return false;
    throw error;
  }
}

export const DateParameter = (meaning: string) =>
  Type.String({
    format: 'date',
    description: `${meaning}: a local date such as 2026-11-22, ${FIRST_DATE} to ${LAST_DATE}`,
  });

/** A date in an answer. */
export const DateOfDay = Type.String({ format: 'date', description: 'A local date of the organisation.' });
