/** The benchmark's commands end when it is interrupted, with everything that they started, and it works on a copy alone. */
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Problem } from '../../../infra/problem.ts';
import { copyCheckout, markTitle } from '../../../tools/bench/checkout.ts';
import { run } from '../../../tools/bench/commands.ts';
import { isRunning } from '../../../tools/launcher/processes.ts';
import { waitUntil } from '../../../tools/launcher/wait-until.ts';
import { PROJECT_DIR } from '../../helpers/lab.ts';
import { temporaryFolder, write } from '../fake-project.ts';

describe('a command', () => {
  test('gives what it printed, and reads a file where it is given one', async () => {
    const folder = temporaryFolder();
    write(join(folder, 'input'), 'text');
    expect(await run('sh', ['-c', 'pwd; cat'], { cwd: folder, input: join(folder, 'input') })).toBe(`${folder}\ntext`);
    expect(await run('cat', [])).toBe('');
  });

  test('that fails is told with its complaint, and without what it printed: there may be secrets in it', async () => {
    const failing = run('sh', ['-c', 'echo secret; echo "no room" >&2; exit 3']);
    await expect(failing).rejects.toThrow(Problem);
    await expect(failing).rejects.toThrow(/ended with status 3:\nno room$/);
    await expect(run('lab-no-such-program', [])).rejects.toThrow('ENOENT');
  });

  test('ends when the benchmark is interrupted, with what it started; none begins after that', async () => {
    const file = join(temporaryFolder(), 'pid');
    const interruption = new AbortController();
    const { signal } = interruption;
    const script = `sh -c 'echo $$ >${file}; exec sleep 60'; true`;
    const running = run('sh', ['-c', script], { signal });
    const ended = expect(running).rejects.toThrow('stop');
    const pid = await waitUntil(
      () => (existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined : undefined),
      { limitMs: 5000, everyMs: 20 },
    );
    interruption.abort(new Error('stop'));
    await ended;
    expect(isRunning(pid ?? expect.fail('the command did not start'))).toBe(false);
    await expect(run('touch', [file], { signal })).rejects.toThrow('stop');
  });
});

describe('the copy of the checkout', () => {
  const TITLE = 'apps/web/src/pages/layout.ts';

  test('has the sources with their modes, and the installed packages as a link', async () => {
    const project = realpathSync(temporaryFolder());
    write(join(project, 'lab'), '#!/bin/sh\n', 0o755);
    write(join(project, 'apps/web/a.ts'), 'a');
    write(join(project, '.git/config'), 'git');
    write(join(project, 'node_modules/x/index.js'), 'x');
    const copy = await copyCheckout(project);
    onTestFinished(() => rm(copy, { recursive: true }));
    expect(readFileSync(join(copy, 'apps/web/a.ts'), 'utf8')).toBe('a');
    expect(statSync(join(copy, 'lab')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(copy, 'node_modules')).isSymbolicLink()).toBe(true);
    expect(realpathSync(join(copy, 'node_modules'))).toBe(join(project, 'node_modules'));
    expect(existsSync(join(copy, '.git'))).toBe(false);
  });

  test("has each mark once, in the title of the web app's pages; the checkout has none", async () => {
    const copy = temporaryFolder();
    write(join(copy, TITLE), '');
    await markTitle(PROJECT_DIR, copy, 'first');
    await markTitle(PROJECT_DIR, copy, 'second');
    const text = readFileSync(join(copy, TITLE), 'utf8');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the source says
    expect(text).toContain('<title>${title} second</title>');
    expect(text).not.toContain('first');
    expect(readFileSync(join(PROJECT_DIR, TITLE), 'utf8')).not.toContain('second');
  });

  test('cannot be marked where the page has no title any more: that is said', async () => {
    const project = temporaryFolder();
    write(join(project, TITLE), 'nothing');
    await expect(markTitle(project, temporaryFolder(), 'x')).rejects.toThrow(`looks for one </title> in ${TITLE}`);
  });
});
