const QUALITY = /^q=([01](?:\.\d{0,3})?)$/i;

/**
 * Whether `Accept` names a media type itself, as a browser names text/html, and not only by a wildcard
 * (RFC 9110, 12.5.1). Names are case-insensitive, and `q=0` excludes the type.
 * @param mediaType in lower case, without parameters
 */
export function namesMediaType(accept: string | undefined, mediaType: string): boolean {
  return (accept ?? '').split(',').some((element) => {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim());
    if (name.toLowerCase() !== mediaType) return false;
    const quality = parameters.map((parameter) => QUALITY.exec(parameter)?.[1]).find(Boolean);
    return Number(quality ?? 1) > 0;
  });
}
