import { randomUUID, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { killService } from '../helpers/faults.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { lab, ONE_HOST, outputOf, run, waitFor } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-e2e-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${outputs.apiUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** The README's shell examples, each with the answer that it shows below. */
function readmeExamples(): { command: string; answer: string }[] {
  const readme = readFileSync(join(PROJECT_DIR, 'README.md'), 'utf8');
  const block = /<!-- examples -->\s*```console\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  return block
    .split(/^\$ /m)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [command = '', ...answer] = part.trimEnd().split('\n');
      return { command, answer: answer.join('\n') };
    });
}

/** A command for the lab `dev`, as it is for this one. */
function here(command: string): string {
  const { webUrl, containerUrl = '', functionUrl = '' } = outputs;
  return Object.entries({
    24000: webUrl,
    24030: containerUrl,
    24031: functionUrl.replace('/api/add_numbers', ''),
  }).reduce((text, [port, url]) => text.replaceAll(`http://localhost:${port}`, url), command);
}

describe('the README', () => {
  test('has examples', () => expect(readmeExamples().length).toBeGreaterThanOrEqual(6));

  test.for(readmeExamples())('$command', async ({ command, answer }, { skip }) => {
    skip(outputs.containerUrl === undefined && command.includes(':24030'), 'this lab has no container');
    const { stdout } = await run('sh', ['-c', here(command)]);
    // `…` stands for what differs each time.
    const pattern = answer.split('…').map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    expect(stdout.trimEnd()).toMatch(new RegExp(`^${pattern.join('[\\s\\S]*')}$`));
  });
});

describe('the CI', () => {
  test('passes main, with counts, coverage, a log and a report', async () => {
    const response = await post('/ci', { branch: 'main' });
    expect(response.status).toBe(200);
    const result = (await response.json()) as {
      text: string;
      logUrl: string;
      commit: string;
      tests: unknown;
      coverage: number;
    };
    expect(result).toMatchObject({
      status: 'success',
      text: 'CI has passed for branch main.\n',
      tests: { passed: 1, failed: 0, skipped: 0 },
    });
    expect(await outputOf('git', ['ls-remote', outputs.gitUrl, 'refs/heads/main'])).toContain(result.commit);
    expect(await (await fetch(result.logUrl)).text()).toContain('1 passed');
    const report = await fetch(`${outputs.webUrl}/static/main/index.html`);
    expect(report.status).toBe(200);
    expect(await report.text()).toContain('Coverage report');
  });

  test('fails ci_fail with code 1 and a reason, and the next run is not harmed', async () => {
    const response = await post('/ci', { branch: 'ci_fail' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      status: 'error',
      text: 'CI has errored for branch ci_fail with code 1.\n',
      state: 'failed',
    });
    expect((await post('/ci', { branch: 'main' })).status).toBe(200);
  });

  test.each(['no-such-branch', '--help', '../x', '$(id)'])('refuses the branch %j in words', async (branch) => {
    const response = await post('/ci', { branch });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await response.json()).toMatchObject({ status: 'error', text: expect.any(String) });
  });

  test('tests what was pushed by whoever may push', async () => {
    const pushUrl = JSON.parse(
      await outputOf('./lab', ['pulumi', 'stack', 'output', '--json', '--show-secrets', '--stack', stack]),
    ) as { gitPushUrl: string };
    const clone = join(folder, 'myapp');
    await outputOf('git', ['clone', '--quiet', outputs.gitUrl, clone]);
    // More than Git sends in one piece.
    writeFileSync(join(clone, 'data.bin'), Buffer.alloc(3 * 2 ** 20, Math.random().toString(36)));
    const git = (...args: string[]): Promise<string> =>
      outputOf('git', ['-C', clone, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args]);
    // A lab that is kept has the branches of the runs before.
    const branch = `feature/pushed-${randomUUID()}`;
    await git('checkout', '--quiet', '-b', branch);
    await git('add', 'data.bin');
    await git('commit', '--quiet', '--message', 'Add data');
    const anonymous = await run('git', ['-C', clone, 'push', '--quiet', outputs.gitUrl, 'HEAD'], {
      env: { GIT_TERMINAL_PROMPT: '0' },
    });
    expect(anonymous.status).not.toBe(0);
    await git('push', '--quiet', `${pushUrl.gitPushUrl}/myapp.git`, `HEAD:refs/heads/${branch}`);
    expect((await post('/ci', { branch })).status).toBe(200);
    expect((await fetch(`${outputs.webUrl}/static/${branch}/index.html`)).status).toBe(200);
  });
});

describe.skipIf(outputs.webUrlTls === undefined)("TLS (only where the lab's own authority vouches for it)", () => {
  const get = (ca: string | undefined): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(outputs.webUrlTls ?? '', { ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end();
    });

  test("is vouched for by the lab's own authority, and by nobody else", async () => {
    expect(new X509Certificate(outputs.caCertificate).ca).toBe(true);
    expect(await get(outputs.caCertificate)).toBe(200);
    await expect(get(undefined)).rejects.toThrow(/certificate/);
  });
});

describe('blob storage', () => {
  test('is reached by its URL, and gives nothing to whoever has no key', async () => {
    const response = await fetch(`${outputs.blobUrl}/ci-runs?restype=container&comp=list`);
    expect([403, 404]).toContain(response.status);
  });
});

describe('every service', () => {
  test('comes back by itself after kill -9', async () => {
    const units: [string, string][] = [
      ['web', 'web.service'],
      ['web', 'caddy.service'],
      ['database', 'mariadb.service'],
      ['storage', 'azurite.service'],
      ['kafka-1', 'kafka.service'],
      ['ci-1', 'ci-runner.service'],
      ['ci-1', 'nginx.service'],
      ['function', 'function.service'],
    ];
    const there = units.filter(([host]) => ONE_HOST || outputs.hosts[host] !== undefined);
    await Promise.all(there.map(([host, unit]) => killService(stack, host, unit)));
    await waitFor(
      'a healthy lab',
      async () => ((await lab(['status', stack])).status === 0 ? true : undefined),
      120_000,
    );
    expect((await post('/ci', { branch: 'main' })).status).toBe(200);
  });
});
