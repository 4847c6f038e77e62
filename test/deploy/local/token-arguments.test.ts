import { readTokenArguments } from '../../../deploy/local/token-arguments.ts';

describe('npm run token', () => {
  it.each([
    ['--role admin --org net-1', { role: 'admin', sub: 'local', org: 'net-1' }],
    ['--role user --org net-1 --user u7', { role: 'user', sub: 'u7', org: 'net-1' }],
    ['--role analyst --orgs net-1,net-2', { role: 'analyst', sub: 'local', orgs: ['net-1', 'net-2'] }],
    ['--role publisher', { role: 'publisher', sub: 'local' }],
    ['--role publisher --org net-1', { role: 'publisher', sub: 'local', org: 'net-1' }],
    ['--role platform', { role: 'platform', sub: 'local' }],
  ])('%s gives these claims', (line, claims) => {
    expect(readTokenArguments(line.split(' '))).toEqual(claims);
  });

  it('prints only its usage with --help', () => {
    expect(readTokenArguments(['--help'])).toBeUndefined();
  });

  it.each([
    ['', '--role is missing.'],
    ['--role king', 'There is no role "king".'],
    ['--role admin', 'The role admin needs --org.'],
    ['--role analyst --org net-1', 'An analyst needs --orgs.'],
    ['--rule admin', "Unknown option '--rule'"],
  ])('%s is rejected with the usage', (line, problem) => {
    const read = (): unknown => readTokenArguments(line.split(' ').filter(Boolean));
    expect(read).toThrow(problem);
    expect(read).toThrow('npm run token -- --role ROLE');
  });
});
