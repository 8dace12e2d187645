/** The programs by which a host asks its services to do what they are for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { STORAGE_KEY, startStorage } from '../helpers/real-storage.ts';
import { fakeCommand } from '../tools/fake-command.ts';
import { temporaryFolder, write } from '../tools/fake-project.ts';

const FILES = join(PROJECT_DIR, 'cloud-init/files');

describe('a storage that is asked for a blob', () => {
  /** Runs a script as it is, but for the port and the file with the key. */
  const RUN = `
import builtins, http.client, runpy, sys
port, secrets, script = int(sys.argv[1]), sys.argv[2], sys.argv[3]
class Connection(http.client.HTTPConnection):
    def __init__(self, host, _, **options):
        super().__init__(host, port, **options)
http.client.HTTPConnection = Connection
runpy.run_path(script, init_globals={"open": lambda path, **options: builtins.open(secrets, **options)}, run_name="__main__")`;

  async function probe(port: number, key = STORAGE_KEY): Promise<{ exitCode?: number; stderr: string }> {
    const secrets = join(temporaryFolder(), 'azurite.env');
    write(secrets, `AZURITE_ACCOUNTS=lab:${key}\n`);
    return execa('python3', ['-c', RUN, String(port), secrets, join(FILES, 'probe-storage')], { reject: false });
  }

  /** A storage that answers each method with a status. */
  async function storageThat(answers: Record<string, number>): Promise<number> {
    const server = createServer(
      ({ method = '' }, response) => void response.writeHead(answers[method] ?? 500).end('x'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  }

  test('is well where it gives back what it took, the first time and later', { timeout: 60_000 }, async () => {
    const { port, service } = await startStorage();
    expect(await probe(port)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await probe(port)).toMatchObject({ exitCode: 0, stderr: '' });
    const text = await service.getContainerClient('health').getBlobClient('storage').downloadToBuffer();
    expect(text.toString()).toMatch(/^[0-9a-f-]{36}$/);
    expect(await probe(port, 'b3RoZXI='), 'by a key that it does not know').toMatchObject({
      exitCode: 1,
      stderr: 'takes no blob: it answers 403',
    });
  });

  test.each([
    [{ PUT: 500 }, 'takes no blob: it answers 500'],
    [{ PUT: 201, GET: 500 }, 'gives back no blob: it answers 500'],
    [{ PUT: 201, GET: 200 }, 'gives back another blob than was stored'],
  ])('is not where it answers %j', async (answers, words) => {
    expect(await probe(await storageThat(answers))).toMatchObject({ exitCode: 1, stderr: words });
  });

  test('is not where nobody answers', async () => {
    expect(await probe(1)).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^does not answer: .*refused/) });
  });
});

describe('a database that is asked for a row', () => {
  /** Runs the script with a client that answers so. */
  function probe(client: string) {
    const { PATH } = fakeCommand('mariadb', `printf '%s ' "$MYSQL_PWD" "$@" >"$(dirname "$0")/asked"\n${client}`);
    const folder = temporaryFolder();
    write(join(folder, 'database.env'), 'WEB_PASSWORD=Bcd-1_x\n');
    const script = join(folder, 'probe-database');
    write(script, readFileSync(join(FILES, 'probe-database'), 'utf8').replaceAll('/etc/lab/secrets', folder));
    chmodSync(script, 0o755);
    const { status, stdout, stderr } = spawnSync(script, { env: { PATH }, encoding: 'utf8' });
    const asked = readFileSync(join(PATH.split(':')[0] ?? '', 'asked'), 'utf8');
    return { status, stdout, stderr, asked };
  }

  test('is asked as the web app asks: by its account, with its password, over TCP, and not shown to other processes', () => {
    const { status, asked } = probe('echo 1');
    expect(status).toBe(0);
    expect(asked).toMatch(/^Bcd-1_x --no-defaults .*--host=127\.0\.0\.1 .*--user=web /);
    expect(asked.split('Bcd-1_x')).toHaveLength(2);
  });

  test.each([
    ['echo 0', 'does not read what was written to it\n'],
    [':', 'does not read what was written to it\n'],
    ['echo "ERROR 1290 (HY000): --read-only" >&2; exit 1', 'ERROR 1290 (HY000): --read-only\n'],
  ])('is not well where its client does: %s', (client, words) => {
    expect(probe(client)).toMatchObject({ status: 1, stdout: '', stderr: words });
  });
});

test('the places for jobs are among the checks of their host, one for each', () => {
  const folder = temporaryFolder();
  const script = readFileSync(join(FILES, 'prepare-ci-places'), 'utf8').replaceAll('/etc/lab', folder);
  const doNothing = 'exit 0';
  const { PATH } = fakeCommand('systemctl', doNothing);
  const env = {
    PATH: `${fakeCommand('groupadd', doNothing).PATH.split(':')[0]}:${fakeCommand('useradd', doNothing).PATH.split(':')[0]}:${PATH}`,
  };
  execFileSync('sh', ['-c', script, 'prepare-ci-places', '2', '512'], { env });
  expect(JSON.parse(readFileSync(join(folder, 'health.d/ci-places.json'), 'utf8'))).toEqual([
    { unit: 'ci-job@1.socket', kind: 'socket', path: '/run/ci-job/1.sock' },
    { unit: 'ci-job@2.socket', kind: 'socket', path: '/run/ci-job/2.sock' },
  ]);
  expect(readFileSync(join(folder, 'ci-places.env'), 'utf8')).toBe('JOB_SLOTS=2\n');
});
