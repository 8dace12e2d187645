/** Ways to write the address of a Git request: what one program takes for another path or query, its neighbour may take for the same. */

/** A request as it goes over the wire. */
export type SpelledRequest = { method: string; path: string; headers?: Record<string, string> };

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
const encodeAll = (text: string): string => [...text].map((character) => percent(character)).join('');

/** Every character of a word encoded by itself, and all of them. */
const encodings = (word: string): string[] => [
  ...[...word].map((_, at) => word.slice(0, at) + percent(word[at] ?? '') + word.slice(at + 1)),
  encodeAll(word),
  encodeAll(word).toUpperCase(),
  word.replaceAll('-', '%252d'),
];

/** A word in other letters. */
const cases = (word: string): string[] => [
  word.toUpperCase(),
  word.replace('git', 'Git'),
  word.replace('pack', 'PACK'),
];

const spellings = (word: string): string[] => [word, ...encodings(word), ...cases(word)];

/** Paths that may be taken for `path`. */
const paths = (path: string): string[] => [
  path,
  path.replace('/git/', '//git/'),
  path.replace('/git/', '/git//'),
  path.replaceAll('/', '//'),
  path.replace('/git/', '/./git/./'),
  path.replace('/git/', '/x/../git/'),
  path.replace('/git/', '/git/%2e%2e/git/'),
  path.replace('/git/', '/%67it/'),
  path.replace('/git/', '/git%2f'),
  `${path}/`,
  `${path}/.`,
  `${path}//`,
  `${path}%20`,
  `${path}%00`,
  `${path}%0a`,
  `${path};x`,
];

/** Queries that may be taken for `service=git-receive-pack`. */
const queries: string[] = [
  ...spellings('git-receive-pack').map((service) => `service=${service}`),
  ...encodings('service').map((name) => `${name}=git-receive-pack`),
  'x&service=git-receive-pack',
  '&service=git-receive-pack',
  '&&service=git-receive-pack&',
  ';service=git-receive-pack',
  'service=git-receive-pack&x=1',
  'service=git-receive-pack%20',
  'service=git-receive-pack%00',
  'service=git-receive-pack#',
  'service=git-upload-pack&service=git-receive-pack',
  'service=git-receive-pack&service=git-upload-pack',
  'service=+git-receive-pack',
  'SERVICE=git-receive-pack',
  '?service=git-receive-pack',
  'service=git-upload-pack%26service=git-receive-pack',
];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'OPTIONS', 'PROPFIND'];
const LOGINS = ['lab:', ':', 'lab:wrong', 'root:root', 'lab'].map(
  (login): Record<string, string> => ({ authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
);

/** Requests that ask for leave to push to a repository, each spelled in its own way. */
export function spellPushRequests(repository: string): SpelledRequest[] {
  const refs = `/git/${repository}.git/info/refs`;
  return [
    ...queries.map((query) => ({ method: 'GET', path: `${refs}?${query}` })),
    ...paths(refs).map((path) => ({ method: 'GET', path: `${path}?service=git-receive-pack` })),
    ...METHODS.map((method) => ({ method, path: `${refs}?service=git-receive-pack` })),
    ...LOGINS.flatMap((headers) =>
      ['service=git-receive-pack', 'service=git%2dreceive-pack', 'x&service=git-receive-pack'].map((query) => ({
        method: 'GET',
        path: `${refs}?${query}`,
        headers,
      })),
    ),
    { method: 'GET', path: `/git/${repository}.git/info/refs%3fservice=git-receive-pack` },
  ];
}

/** Requests that push, each spelled in its own way; their body is what `git push` sends. */
export function spellPushes(repository: string): SpelledRequest[] {
  const base = `/git/${repository}.git`;
  const services = spellings('git-receive-pack');
  return [
    ...services.map((service) => ({ method: 'POST', path: `${base}/${service}` })),
    ...paths(`${base}/git-receive-pack`).map((path) => ({ method: 'POST', path })),
    ...['x', '', 'service=git-upload-pack', '/git-upload-pack', '&'].map((query) => ({
      method: 'POST',
      path: `${base}/git-receive-pack?${query}`,
    })),
    ...METHODS.map((method) => ({ method, path: `${base}/git-receive-pack` })),
    ...LOGINS.flatMap((headers) => [
      { method: 'POST', path: `${base}/git-receive-pack`, headers },
      { method: 'POST', path: `${base}/git-receive-pack?x`, headers },
      { method: 'POST', path: `${base}/git%2dreceive-pack`, headers },
    ]),
    { method: 'POST', path: `${base}/git-upload-pack%2f..%2fgit-receive-pack` },
    { method: 'POST', path: `${base}/git-upload-pack/../git-receive-pack` },
  ];
}
