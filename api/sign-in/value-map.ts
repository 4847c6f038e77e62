/** One entry: a value of a claim, and what it means here. */
export type ValueMap = readonly (readonly [value: string, meaning: string])[];

/**
 * `value=meaning` entries, comma separated, in their order. A value that contains a comma, a percent sign or outer
 * spaces is percent-encoded; it may contain an equals sign.
 * @returns undefined for text that is not of this form, also for one of commas alone: a map that is given decides, and
 * one that has lost its entries must not pass for none
 */
export function parseValueMap(text: string): ValueMap | undefined {
  if (text === '') return [];
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
  return entries.length > 0 && entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function parseEntry(entry: string): readonly [string, string] | undefined {
  const end = entry.lastIndexOf('=');
  const [value, meaning] = [decoded(entry.slice(0, end)), entry.slice(end + 1).trim()];
  return end < 1 || value === undefined || meaning === '' ? undefined : [value, meaning];
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
