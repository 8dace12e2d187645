/** Vitest's global set-up for tests on a real MariaDB: one with a fresh folder and an empty database, reached by a socket alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database whose tables are the tests' to change. */
    databaseUrl: string;
  }
}

const START_LIMIT_MS = 60_000;
/** Where Debian's packages put the server, which may not be on the PATH of a person. */
const PATH = `${process.env.PATH}:/usr/sbin`;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'mariadb-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const stop = await startServer(folder);
    const url = new URL('mysql://root@localhost/lab');
    url.searchParams.set('socketPath', join(folder, 'socket'));
    project.provide('databaseUrl', url.href);
    return async () => {
      await stop();
      await remove();
    };
  } catch (error) {
    await remove();
    throw new Error('MariaDB did not start. `./lab test --servers` installs it first.', { cause: error });
  }
}

/** @returns what stops it */
async function startServer(folder: string): Promise<() => Promise<void>> {
  const data = ['--no-defaults', `--datadir=${join(folder, 'data')}`, `--user=${userInfo().username}`];
  await execa('mariadb-install-db', [...data, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    env: { PATH },
    timeout: START_LIMIT_MS,
  });
  const first = join(folder, 'first.sql');
  await writeFile(first, 'create database lab;\n');
  const reach = [`--socket=${join(folder, 'socket')}`, '--skip-networking', `--init-file=${first}`];
  const server = spawn('mariadbd', [...data, ...reach], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH },
  });
  const lines = createInterface(server.stderr);
  const ready = new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    const limit = setTimeout(() => server.kill('SIGKILL'), START_LIMIT_MS);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(said.join('\n'))));
    lines.on('line', (line) => {
      said.push(line);
      if (!line.includes('ready for connections')) return;
      clearTimeout(limit);
      resolve();
    });
  });
  await ready;
  return async () => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  };
}
