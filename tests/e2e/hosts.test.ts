import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { isOutside } from '../../infra/roles.ts';
import { E2E_SETTINGS } from '../helpers/e2e-settings.ts';
import { labWith } from '../helpers/lab.ts';
import { outputOf, run, runOn, onHost as runOnHost } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');
const described = labWith(E2E_SETTINGS, stack);
const onHost = (host: string, ...command: string[]): Promise<string> => runOnHost(stack, host, ...command);

describe.each(described.hosts.map((host) => [host.name, host] as const))('host %s', (name, host) => {
  test('publishes those on the loopback interface alone', async () => {
    const ports = JSON.parse(
      await outputOf('docker', ['inspect', '--format', '{{json .NetworkSettings.Ports}}', `lab-${stack}-${name}`]),
    ) as Record<string, { HostIp: string }[] | null>;
    const published = Object.entries(ports).flatMap(([port, bindings]) =>
      (bindings ?? []).map(({ HostIp }) => `${HostIp} ${Number.parseInt(port, 10)}`),
    );
    expect(published.sort()).toEqual(
      host.ports
        .filter(({ from }) => isOutside(from))
        .map(({ port }) => `127.0.0.1 ${port}`)
        .sort(),
    );
  });

  test('booted by cloud-init without an error, from a cloud-config that its schema takes', async () => {
    expect(JSON.parse(await onHost(name, 'cloud-init', 'status', '--format', 'json'))).toMatchObject({
      status: 'done',
      errors: [],
      recoverable_errors: {},
    });
    expect(await onHost(name, 'cloud-init', 'schema', '--system')).toContain('Valid schema user-data');
    const failed = await onHost(name, 'systemctl', 'list-units', '--state=failed', '--no-legend', '--plain');
    expect(failed.trim()).toBe('');
  });

  test('runs each service as a user of its own', async () => {
    const users = await Promise.all(
      host.checks.map(async ({ unit }) => {
        const pid = (await onHost(name, 'systemctl', 'show', '--property=MainPID', '--value', unit)).trim();
        // A unit that is no service has none.
        return pid === '0' || pid === '' ? 'nobody' : (await onHost(name, 'ps', '-o', 'user=', '-p', pid)).trim();
      }),
    );
    // nginx's first process has to open its port; its workers are not root.
    expect(users.filter((user, index) => user === 'root' && host.checks[index]?.unit !== 'nginx.service')).toEqual([]);
  });

  test('lets in whoever has the key, under a host key that is known', async () => {
    const [program = '', ...args] = (outputs.ssh[name] ?? '').split(' ');
    expect(
      await outputOf(program, ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', ...args, 'sudo', 'hostname']),
    ).toBe(`${name}\n`);
    const withoutKey = args.filter((arg, index) => arg !== '-i' && args[index - 1] !== '-i');
    const refused = await run(program, ['-o', 'BatchMode=yes', '-o', 'IdentityFile=/dev/null', ...withoutKey, 'true']);
    expect(refused.status).not.toBe(0);
  });

  test('keeps its secrets from everyone but the services that need them', async () => {
    const readable = await onHost(
      name,
      'sh',
      '-c',
      'find /etc/lab/secrets /etc/ssh -name "*_key" -o -path "/etc/lab/secrets/*" -perm /o+r -print | xargs -r stat -c "%a %n"',
    );
    for (const line of readable.split('\n').filter((text) => text !== '')) expect(line).toMatch(/^[0-7]?[0-7][0-7]0 /);
    expect(await onHost(name, 'stat', '-c', '%a', '/var/lib/cloud/seed/nocloud/user-data')).toBe('600\n');
  });
});

describe('an artifact', () => {
  test('whose content is not what was packed is refused, with both hashes', async () => {
    await onHost('web', 'sh', '-c', 'echo tampered >/tmp/artifact-under-test');
    const result = await runOn(
      stack,
      'web',
      '/usr/local/lib/lab/install-artifact',
      'web',
      'file:///tmp/artifact-under-test',
      'f'.repeat(64),
    );
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(
      /artifact web from file:.* is not what was packed: its sha256 is [0-9a-f]{64}, expected f{64}/,
    );
  });
});

describe("Pulumi's state", () => {
  test('holds no secret in plain text', async () => {
    const dataHome = process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
    const state = readFileSync(
      join(dataHome, 'cloud-lab', 'state', '.pulumi', 'stacks', 'lab', `${stack}.json`),
      'utf8',
    );
    const files = await Promise.all(
      described.hosts.map(({ name }) =>
        onHost(name, 'sh', '-c', 'cat /etc/lab/secrets/* /etc/ssh/ssh_host_ecdsa_key 2>/dev/null || true'),
      ),
    );
    const words = files
      .flatMap((text) => text.split(/[\s=:@{}]+/))
      .filter((word) => word.length >= 32 && !word.startsWith('-----'));
    const certificates = outputs.caCertificate;
    const secrets = [...new Set(words)].filter((word) => !certificates.includes(word));
    expect(secrets.length).toBeGreaterThan(10);
    for (const secret of secrets) expect(state.includes(secret), 'a secret is in the state').toBe(false);
  });
});
