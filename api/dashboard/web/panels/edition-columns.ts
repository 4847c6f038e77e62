/** What a table says of each edition: the credits that it includes in 24 hours. */
export const EDITION_COLUMNS = [
  { title: 'Product' },
  { title: 'Edition', isText: true },
  { title: 'Base' },
  { title: 'Per user' },
  { title: 'At most' },
] as const;
