import { namesMediaType } from '../../../api/http/accept.ts';

describe('Accept (RFC 9110, 12.5.1)', () => {
  it.each([
    'text/html',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Text/HTML',
    'application/json, text/html ; level=1; Q=0.5',
  ])('%s names text/html', (accept) => expect(namesMediaType(accept, 'text/html')).toBe(true));

  it.each([
    undefined,
    '',
    '*/*',
    'text/*',
    'text/html;q=0',
    'text/html ; Q=0.000',
    'x-text/html',
    'text/html5',
  ])('%s does not', (accept) => expect(namesMediaType(accept, 'text/html')).toBe(false));
});
