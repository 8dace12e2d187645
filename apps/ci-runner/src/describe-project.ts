/**
 * Runs in the sandbox after the checkout: reads the files by which a repository says how it wants to be tested, so that a hostile one
 * costs the job's time and memory, not the runner's.
 *
 *     describe-project --out FILE --commit FILE --test-seconds SECONDS     (files below the working folder)
 */
import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { inspectProject, READ_FILES, type Tree } from './projects/inspect-project.ts';
import { listJobFiles, RefusedFile, readJobFile } from './sandbox/job-files.ts';

const MAX_TOP_FILES = 5_000;
const MAX_COMMIT_BYTES = 1024 * 1024;
const LAB_CI_FILE = 'lab-ci.yaml';

/** The texts of the files that are plain ones and not too large; of lab-ci.yaml, also why it is neither. */
async function readTree(): Promise<{ tree: Tree; unreadable: string | null }> {
  const files = (await listJobFiles(process.cwd(), 'src', { max: MAX_TOP_FILES, deep: false })).map(({ path }) => path);
  const texts: Record<string, string> = {};
  let unreadable: string | null = null;
  for (const [name, maxBytes] of Object.entries(READ_FILES)) {
    try {
      const content = await readJobFile(process.cwd(), `src/${name}`, maxBytes);
      if (content !== undefined) texts[name] = content.toString('utf8');
    } catch (error) {
      if (!(error instanceof RefusedFile)) throw error;
      if (name === LAB_CI_FILE) unreadable = `${LAB_CI_FILE} must be a plain file of at most 64 KiB.`;
    }
  }
  return { tree: { files, texts }, unreadable };
}

async function readCommit(path: string): Promise<string> {
  const content = await readJobFile(process.cwd(), path, MAX_COMMIT_BYTES).catch((error: unknown) => {
    if (!(error instanceof RefusedFile)) throw error;
  });
  return content?.toString('utf8') ?? '';
}

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'out/project.json' },
    commit: { type: 'string', default: 'out/commit.txt' },
    'test-seconds': { type: 'string', default: '300' },
  },
});
const { tree, unreadable } = await readTree();
const project = inspectProject(tree, {
  testSeconds: Number(values['test-seconds']),
  commit: await readCommit(values.commit),
  unreadable,
});
// The checkout may have put anything in its place.
await rm(values.out, { recursive: true, force: true });
await writeFile(values.out, JSON.stringify(project), { flag: 'wx' });
