/** Spares a Git server the same question over and over, without ever giving an answer older than the question. */
import type { Branch, GitServer } from './git-server.ts';

/**
 * Lets requests share look-ups: while one goes on, all that come for the same repository wait for the one after it,
 * since the first may have read the branches before a push that a later request is about.
 */
export function shareLookups(git: GitServer): GitServer {
  const running = new Map<string, Promise<unknown>>();
  const next = new Map<string, Promise<Branch[]>>();

  const start = (repository: string): Promise<Branch[]> => {
    next.delete(repository);
    const look = git.branches(repository);
    const over = look
      .catch(() => undefined)
      .then(() => {
        if (running.get(repository) === over) running.delete(repository);
      });
    running.set(repository, over);
    return look;
  };

  return {
    async branches(repository) {
      const waiting = next.get(repository);
      if (waiting !== undefined) return waiting;
      const before = running.get(repository);
      if (before === undefined) return start(repository);
      const shared = before.then(() => start(repository));
      next.set(repository, shared);
      return shared;
    },
  };
}
