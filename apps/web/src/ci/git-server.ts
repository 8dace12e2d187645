/** The lab's Git server: which branches a repository has and which commit each one points to. */
import { ExecaError, execa } from 'execa';
import { HttpError, UnavailableError } from '../errors.ts';

export interface Branch {
  name: string;
  /** Full object id. */
  commit: string;
}

export interface GitServer {
  /** All branches of a repository, in the order of their names. */
  branches(repository: string): Promise<Branch[]>;
}

const TIME_LIMIT_MS = 10_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const LINE = /^([\da-f]{40}|[\da-f]{64})\trefs\/heads\/(.+)$/;

// Nothing from this machine's or a user's Git configuration has a say, and nobody is asked for a password.
const ENVIRONMENT = {
  PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ALLOW_PROTOCOL: 'http:https',
};

/** Asks the Git server at `baseUrl` with the `git` command. */
export function createGitServer(baseUrl: string): GitServer {
  return {
    async branches(repository) {
      const url = `${baseUrl}/${encodeURIComponent(repository)}.git`;
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
  if (/not found|does not appear to be a git repository/i.test(String(error.stderr))) {
    return new HttpError(404, `The lab's Git server has no repository \`${repository}\` yet.`, { cause: error });
  }
  return new UnavailableError(
    "The lab's Git server does not answer, so the branch cannot be looked up. Try again soon.",
    error,
  );
}
