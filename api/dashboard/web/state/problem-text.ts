import { MAX_MONTHS } from '../intervals.ts';
import type { ApiError } from './api-error.ts';

/** What a problem means to the reader of a screen. The API's own wording addresses programmers. */
export interface ProblemText {
  readonly title: string;
  readonly detail: string;
}

export function problemText({ status, type, fields, message }: ApiError): ProblemText {
  switch (type) {
    case 'range-too-long':
      return {
        title: 'This range is too long.',
        detail: `Choose a range of at most ${MAX_MONTHS} months.`,
      };
    case 'invalid-request':
      return { title: 'This could not be shown.', detail: invalidText(fields) };
    case 'unknown-org':
      return {
        title: 'This organisation does not exist, or you have no access to it.',
        detail: 'Check the address, or go back to your own organisation.',
      };
    case 'too-many-rows':
    case 'query-too-large':
      return {
        title: 'There is too much data to show at once.',
        detail: 'Choose a shorter range or add a filter.',
      };
    default:
      if (status === 403) {
        return { title: 'You have no access to this.', detail: 'Ask an admin of your organisation.' };
      }
      return { title: 'This could not be shown.', detail: message };
  }
}

function invalidText(fields: readonly string[]): string {
  if (fields.length === 0) return 'The address contains a value that is not valid.';
  const names = [...new Set(fields)].join(', ');
  return `The address contains a value that is not valid: ${names}.`;
}
