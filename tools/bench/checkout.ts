/** A copy of the checkout for the benchmark to change, with the same installed packages. */
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { Problem } from '../../infra/problem.ts';

/** What is no source, or is linked instead. */
const LEFT_OUT = ['.git', 'node_modules', 'coverage', '.lab-install.lock'];
/** Where every page of the web app has its title. */
const TITLE_FILE = 'apps/web/src/pages/layout.ts';
const TITLE_END = '</title>';

/** Copies the checkout. @returns the folder of the copy */
export async function copyCheckout(projectDir: string): Promise<string> {
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'cloud-lab-bench-')));
  try {
    await cp(projectDir, copy, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) =>
        !relative(projectDir, source)
          .split(sep)
          .some((part) => LEFT_OUT.includes(part)),
    });
    await symlink(join(projectDir, 'node_modules'), join(copy, 'node_modules'));
    return copy;
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    throw error;
  }
}

/** Puts a mark into the title of the copy's pages, in place of an earlier one. */
export async function markTitle(projectDir: string, copy: string, mark: string): Promise<void> {
  const text = await readFile(join(projectDir, TITLE_FILE), 'utf8');
  const parts = text.split(TITLE_END);
  if (parts.length !== 2) throw new Problem(`The benchmark looks for one ${TITLE_END} in ${TITLE_FILE}; adapt it.`);
  await writeFile(join(copy, TITLE_FILE), parts.join(` ${mark}${TITLE_END}`));
}
