/** Git servers, the lab's own and others: which branches a repository has and which commit each one points to. */
import { ExecaError, execa } from 'execa';
import { HttpError, UnavailableError } from '../errors.ts';
import { isOwnRepository, repositoryUrl } from './repositories.ts';

export interface Branch {
  name: string;
  /** Full object id. */
  commit: string;
}

export interface GitServer {
  /** All branches of a repository (a name or a URL), in the order of their names; an HttpError says what is wrong. */
  branches(repository: string): Promise<Branch[]>;
}

const TIME_LIMIT_MS = 10_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const LINE = /^([\da-f]{40}|[\da-f]{64})\trefs\/heads\/(.+)$/;

// As git says it in English (LC_ALL below).
const PASSWORD = /could not read (Username|Password)|Authentication failed|returned error: 40[13]/i;
const MISSING = /not found|returned error: 404|does not appear to be a git repository|is this a git repository/i;

// Nothing from this machine's or a user's Git configuration has a say, and nobody is asked for a password.
const ENVIRONMENT = {
  PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ALLOW_PROTOCOL: 'http:https',
};

/** Asks with the `git` command; the lab's own repositories are under `gitUrl`. */
export function createGitServer(gitUrl: string): GitServer {
  return {
    async branches(repository) {
      const url = repositoryUrl(repository, gitUrl);
      try {
        const { stdout } = await execa('git', ['ls-remote', '--heads', '--end-of-options', url], {
          cwd: '/',
          env: ENVIRONMENT,
          extendEnv: false,
          stdin: 'ignore',
          timeout: TIME_LIMIT_MS,
          maxBuffer: MAX_OUTPUT_BYTES,
        });
        return parseBranches(stdout);
      } catch (error) {
        throw explain(error, repository);
      }
    },
  };
}

/** Reads the output of `git ls-remote --heads`. */
export function parseBranches(output: string): Branch[] {
  return output.split('\n').flatMap((line) => {
    const [, commit, name] = LINE.exec(line) ?? [];
    return commit !== undefined && name !== undefined ? [{ name, commit }] : [];
  });
}

function explain(error: unknown, repository: string): HttpError {
  if (!(error instanceof ExecaError)) throw error;
  if (error.code === 'ENOENT') {
    return new UnavailableError('The program git is missing on the web host, so branches cannot be looked up.', error);
  }
  const said = String(error.stderr);
  const own = isOwnRepository(repository);
  if (PASSWORD.test(said)) {
    const text = `${own ? `The repository \`${repository}\`` : repository} asks for a password: it is private, or not there.`;
    return new HttpError(400, `${text} Only public repositories can be tested.`, { cause: error });
  }
  if (MISSING.test(said)) {
    const text = own
      ? `The lab's Git server has no repository \`${repository}\` yet.`
      : `There is no repository at ${repository}.`;
    return new HttpError(404, text, { cause: error });
  }
  const server = own ? "The lab's Git server" : `The server of ${repository}`;
  return new UnavailableError(`${server} does not answer, so the branch cannot be looked up. Try again soon.`, error);
}
