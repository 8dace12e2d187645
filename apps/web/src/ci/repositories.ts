/** The repositories that a lab tests: names on its own Git server, and addresses of public ones elsewhere. */

import { trimEnd } from '@cloud-lab/common/trim';

/** What the database holds of a repository's name. */
const MAX_LENGTH = 255;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Whether a repository is on the lab's own Git server. */
export const isOwnRepository = (repository: string): boolean => NAME.test(repository);

/** Whether a text names a repository: a plain name, or an http(s) URL that holds nothing but an address. */
export function isRepository(text: string): boolean {
  if (NAME.test(text)) return true;
  if (text.length > MAX_LENGTH || /[\s?#\\]/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password, pathname } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && pathname.length > 1;
}

/** Where Git reaches a repository; `gitUrl` is the base of the lab's own ones. */
export const repositoryUrl = (repository: string, gitUrl: string): string =>
  URL.canParse(repository) ? repository : `${gitUrl}/${encodeURIComponent(repository)}.git`;

/** The one of `repositories` that a client means: as it is listed, or a URL that ends with `.git` or without. */
export function findRepository(repositories: readonly string[], asked: string): string | undefined {
  if (repositories.includes(asked)) return asked;
  const address = plainAddress(asked);
  return address === undefined ? undefined : repositories.find((each) => plainAddress(each) === address);
}

/** A URL without what makes no difference to where it leads; undefined when it is none. */
function plainAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, pathname, protocol, search, hash, username } = new URL(text);
  if (!/^https?:$/.test(protocol) || `${search}${hash}${username}` !== '') return undefined;
  return `${origin}${trimEnd(pathname, '/').replace(/\.git$/, '')}`;
}

/** The one of `repositories` that has one of these addresses; those of the lab are under each of `gitUrls`. */
export function findByAddress(
  repositories: readonly string[],
  urls: readonly string[],
  gitUrls: readonly string[],
): string | undefined {
  const addresses = new Set(urls.map(plainAddress));
  addresses.delete(undefined);
  return repositories.find((repository) =>
    gitUrls.some((gitUrl) => addresses.has(plainAddress(repositoryUrl(repository, gitUrl)))),
  );
}
