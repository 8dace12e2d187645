/** Pushes branches to the Git server of the end-to-end lab, each a commit of its own. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf, run } from './launcher.ts';

/** A folder in which branches are made, and pushed with a password. */
export type Pusher = {
  /** Commits the files of `folder`, changed by `change`, as the branch's only commit. @returns what Git said of the push */
  push(
    branch: string,
    folder: string,
    change?: (folder: string) => Promise<void>,
  ): Promise<{ commit: string; said: string }>;
  /** Points many branches to the commit of one, in one push. */
  copy(branch: string, copies: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

/** @param url of the repository, with the password for pushes */
export async function createPusher(url: string): Promise<Pusher> {
  const root = await mkdtemp(join(tmpdir(), 'lab-push-'));
  const identity = ['-c', 'user.name=Ann Learner', '-c', 'user.email=ann@example.org', '-c', 'commit.gpgSign=false'];
  let count = 0;
  const git = (cwd: string, ...args: string[]): Promise<string> => outputOf('git', [...identity, ...args], { cwd });
  const repository = join(root, 'all.git');
  await git(root, 'init', '--quiet', '--bare', repository);

  return {
    async push(branch, folder, change = async () => undefined) {
      count += 1;
      const work = join(root, `work-${count}`);
      await cp(folder, work, { recursive: true });
      await change(work);
      await git(work, 'init', '--quiet', '--initial-branch', 'only');
      await git(work, 'add', '--all', '--force', '.');
      await git(work, 'commit', '--quiet', '--message', `Push ${branch}`);
      const commit = (await git(work, 'rev-parse', 'HEAD')).trim();
      const { status, stderr } = await run('git', ['push', '--force', url, `HEAD:refs/heads/${branch}`], { cwd: work });
      if (status !== 0) throw new Error(`The push of ${branch} ended with ${status}:\n${stderr}`);
      await git(work, 'push', '--quiet', '--force', repository, `HEAD:refs/heads/${branch}`);
      await rm(work, { recursive: true, force: true });
      return { commit, said: stderr };
    },
    async copy(branch, copies) {
      await git(
        repository,
        'push',
        '--quiet',
        '--force',
        url,
        ...copies.map((copy) => `refs/heads/${branch}:refs/heads/${copy}`),
      );
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
}

/** Writes one more file into a folder. */
export const withFile =
  (name: string, text: string) =>
  (folder: string): Promise<void> =>
    writeFile(join(folder, name), text);
