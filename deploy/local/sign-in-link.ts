/** The code is in the fragment, which a browser sends to no server: it is in no log. */
export const signInLink = (url: string, code: string): string => `${url}/#code=${code}`;
