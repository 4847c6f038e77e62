import { assumedTermsText } from '../../../../domain/settings/sample-subscription.ts';
import { number } from '../formats.ts';

/** Warns of a misspelt organisation: the local stack has terms for every id. */
export function AssumedTerms() {
  return <p class="assumed faint">{assumedTermsText(number)}</p>;
}
