/** An operation's name and section in the document, derived from its URL, so that no route needs to state them. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly [string];
}

/** @param url as routes write it: `/v1/orgs/:org/credits/users` is getOrgCreditsUsers, under `credits`. */
export function operationOf(method: string, url: string): Operation {
  const segments = url.split('/').filter((segment) => segment !== '');
  const isVersioned = segments[0] === 'v1';
  const path = isVersioned ? segments.slice(1) : segments;
  const words = path.flatMap((segment, index) => {
    // A parameter selects one entry of the collection before it: `orgs/:org` becomes Org.
    if (segment.startsWith(':')) return [];
    const isOne = path[index + 1]?.startsWith(':') === true;
    return wordsOf(isOne ? segment.replace(/ies$/, 'y').replace(/s$/, '') : segment);
  });
  const ofOrg = path[0] === 'orgs' && path[1] === ':org' ? path[2] : undefined;
  return {
    operationId: method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join(''),
    // A file stands in the section of its resource.
    tags: [isVersioned ? (ofOrg ?? path[0] ?? 'operations').replace(/\.\w+$/, '') : 'operations'],
  };
}

const wordsOf = (segment: string): string[] => segment.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
