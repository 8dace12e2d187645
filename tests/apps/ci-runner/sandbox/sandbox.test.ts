/** A sandbox and its runner over their connection, with programs in place of bubblewrap: the fence itself is tried in the lab. */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSandboxApp } from '../../../../apps/ci-runner/src/sandbox/app.ts';
import { openSandbox, type Sandbox, SandboxGone } from '../../../../apps/ci-runner/src/sandbox/client.ts';
import { prepareSandbox, RefusedFile } from '../../../../apps/ci-runner/src/sandbox/job-files.ts';
import type { StepRequest } from '../../../../apps/ci-runner/src/sandbox/step.ts';

// The command line of the fence becomes the command itself.
vi.mock('../../../../apps/ci-runner/src/sandbox/bubblewrap.ts', async (original) => ({
  ...(await original<object>()),
  sandboxCommand: ({ argv: [file, ...args] }: StepRequest) => ({ file, args }),
}));

let root: string;
let socket: string;
let app: FastifyInstance;
let sandbox: Sandbox;
const controller = new AbortController();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-sandbox-'));
  const part = (name: string): string => join(root, name);
  const paths = { workspace: part('work'), etc: part('etc'), cache: part('cache'), tools: '/' };
  await prepareSandbox(paths);
  await mkdir(paths.cache);
  app = createSandboxApp({ paths, proxyDir: root, mayStore: true });
  socket = part('sandbox.sock');
  await app.listen({ path: socket });
  sandbox = await openSandbox(socket, controller.signal);
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
  await rm(root, { recursive: true, force: true });
});

async function run(argv: string[], change: Partial<StepRequest> = {}, client = sandbox) {
  const step = {
    argv,
    programs: 'lab',
    directory: '/',
    network: 'none',
    cache: 'none',
    environment: {},
    limitMs: 20_000,
    maxOutputBytes: 1e6,
  } as const;
  const printed: Buffer[] = [];
  const ending = await client.run({ ...step, ...change }, (chunk) => printed.push(chunk));
  return { ...ending, output: Buffer.concat(printed).toString() };
}

describe('a step', () => {
  it('ends with its exit code, and what it printed arrives in order', async () => {
    expect(await run(['sh', '-c', 'echo out; echo err >&2; echo end; exit 7'])).toEqual({
      exitCode: 7,
      cause: 'exit',
      output: 'out\nerr\nend\n',
    });
  });

  it('has nothing of the environment of its keeper', async () => {
    const { output } = await run(['env']);
    expect(
      output
        .trim()
        .split('\n')
        .filter((line) => !/^(PATH|PWD|SHLVL|_)=/.test(line)),
    ).toEqual([]);
  });

  it('is stopped at its time limit with all that it started', async () => {
    const started = Date.now();
    expect(await run(['sleep', '60'], { limitMs: 200 })).toMatchObject({ exitCode: 124, cause: 'timeout' });
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('is stopped when it prints too much, and what fits is kept', async () => {
    const { output, ...ending } = await run(['yes'], { maxOutputBytes: 1_000 });
    expect(ending).toEqual({ exitCode: 137, cause: 'output' });
    expect(output).toHaveLength(1_000);
  });

  it('that a signal ended has its number in the exit code', async () => {
    expect(await run(['sh', '-c', 'kill -SEGV $$'])).toMatchObject({ exitCode: 139, cause: 'exit' });
  });

  it('does not lose a large output to a slow reader', async () => {
    const { output } = await run(['head', '-c', '900000', '/dev/zero']);
    expect(output).toHaveLength(900_000);
  });

  it('whose program is missing says so', async () => {
    expect(await run(['/no/such/program'])).toMatchObject({
      exitCode: 127,
      output: expect.stringContaining('not found'),
    });
  });

  it('is ended when its runner gives up, and the reason comes out', async () => {
    const giveUp = new AbortController();
    const other = await openSandbox(socket, giveUp.signal);
    const pid = join(root, 'pid');
    const step = run(['sh', '-c', `echo $$ > ${pid}; exec sleep 60`], {}, other);
    await vi.waitFor(() => expect(existsSync(pid)).toBe(true));
    giveUp.abort(new Error('given to another'));
    await expect(step).rejects.toThrow('given to another');
    const sleeping = Number(readFileSync(pid, 'utf8'));
    await vi.waitFor(() => expect(() => process.kill(sleeping, 0)).toThrow('ESRCH'));
    await other.close();
  });
});

describe('files of the job', () => {
  it('are read, listed and written over the same connection', async () => {
    await sandbox.write('src/a b/ü?.txt', 'text');
    expect((await sandbox.read('src/a b/ü?.txt', 10))?.toString()).toBe('text');
    expect(await sandbox.read('src/none', 10)).toBeUndefined();
    expect(await sandbox.list('src', 10, { deep: true })).toEqual([{ path: 'a b/ü?.txt', size: 4 }]);
  });

  it('that are not what they say are refused in words', async () => {
    await symlink('/etc/passwd', join(root, 'work/out/link'));
    await expect(sandbox.read('out/link', 10)).rejects.toThrow(RefusedFile);
    await expect(sandbox.read('out/link', 10)).rejects.toThrow('out/link is not a plain file.');
    await writeFile(join(root, 'work/out/large'), 'x'.repeat(20));
    await expect(sandbox.read('out/large', 10)).rejects.toThrow('larger than 10 bytes');
  });
});

describe('the store of packages', () => {
  const KEY = `node-${'0'.repeat(32)}`;
  const stored = (path: string): string => join(root, 'cache', KEY, path);

  it('takes folders of the job, readable for every job, with links as they are', async () => {
    await sandbox.write('npm/a/package.json', '{}');
    await chmod(join(root, 'work/npm/a/package.json'), 0o600);
    await symlink('/etc/passwd', join(root, 'work/npm/link'));
    await sandbox.storePackages(KEY, ['npm']);
    expect((await stat(stored('npm/a/package.json'))).mode & 0o777).toBe(0o644);
    expect((await lstat(stored('npm/link'))).isSymbolicLink()).toBe(true);
    // Again under the same key: what was there goes.
    await sandbox.write('venv/new', '');
    await sandbox.storePackages(KEY, ['venv']);
    expect(await readdir(join(root, 'cache'))).toEqual([KEY]);
    expect(await readdir(join(root, 'cache', KEY))).toEqual(['venv']);
  });

  it('is measured and emptied', async () => {
    await sandbox.write('npm/large', 'x'.repeat(100_000));
    await sandbox.storePackages(KEY, ['npm']);
    expect(await sandbox.measurePackages()).toBeGreaterThan(100_000);
    await sandbox.clearPackages();
    expect(await readdir(join(root, 'cache'))).toEqual([]);
  });

  it.each([
    ['../../etc', ['npm']],
    ['node-x', ['npm']],
    [KEY, ['../..']],
    [KEY, ['/etc']],
    [KEY, []],
  ])('takes nothing under the key %j from %j', async (key, folders) => {
    await expect(sandbox.storePackages(encodeURIComponent(key), folders)).rejects.toThrow(SandboxGone);
    expect(await readdir(join(root, 'cache'))).toEqual([]);
  });

  it('is out of reach in the sandbox of a job', async () => {
    const paths = { workspace: join(root, 'work'), etc: join(root, 'etc'), cache: join(root, 'cache'), tools: '/' };
    const ofJob = createSandboxApp({ paths, proxyDir: root, mayStore: false });
    await ofJob.listen({ path: join(root, 'job.sock') });
    const job = await openSandbox(join(root, 'job.sock'), controller.signal);
    await sandbox.write('npm/x', '');
    await expect(job.storePackages(KEY, ['npm'])).rejects.toThrow('This sandbox stores no packages.');
    await expect(job.clearPackages()).rejects.toThrow(SandboxGone);
    await job.close();
    await ofJob.close();
  });
});

it('a place where nothing answers is told as such', async () => {
  await expect(openSandbox(join(root, 'no.sock'), controller.signal)).rejects.toThrow(SandboxGone);
});

it('a sandbox that goes away in the middle of a step is told as such', async () => {
  const step = run(['sleep', '60']);
  setTimeout(() => app.server.closeAllConnections(), 100);
  await expect(step).rejects.toThrow(SandboxGone);
});
