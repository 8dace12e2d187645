/** What a job may reach, and what it may not by any name or spelling. */
import { describe, expect, it } from 'vitest';
import { isPublicAddress, mayConnect, refuseTarget } from '../../../../apps/ci-runner/src/proxy/policy.ts';

const allowed = { git: ['ci-1:8080', 'git.example.org'], registries: ['pypi.org'] };

describe('the address', () => {
  it.each(['1.1.1.1', '151.101.0.223', '2606:4700::1111'])('%s is public', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );
  it.each([
    ...['127.0.0.1', '10.80.0.5', '172.17.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1'],
    ...[
      '::1',
      'fe80::1',
      'fd00:ec2::254',
      '::ffff:127.0.0.1',
      '::ffff:a9fe:a9fe',
      '2002:a9fe:a9fe::1',
      '64:ff9b::a9fe:a9fe',
    ],
    ...['localhost', ''],
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('refuseTarget', () => {
  it.each([
    ['git', 'ci-1', 8080],
    ['git', 'git.example.org', 443],
    ['registries', 'pypi.org', 443],
    ['registries', 'PYPI.org', 80],
    ['internet', 'example.com', 443],
  ] as const)('lets %s go to %s:%i', (network, hostname, port) =>
    expect(refuseTarget(network, { hostname, port }, allowed)).toBeUndefined(),
  );

  it.each([
    ['git', 'pypi.org', 443],
    ['git', 'ci-1', 22],
    ['registries', 'ci-1', 8080],
    ['registries', 'evil-pypi.org', 443],
    ['registries', 'pypi.org.example.com', 443],
    ['registries', 'pypi.org', 22],
    ['registries', '169.254.169.254', 80],
    ['internet', '169.254.169.254', 80],
    ['internet', '[::ffff:169.254.169.254]', 80],
    ['internet', '[fe80::1]', 80],
    ['internet', '10.80.0.5', 80],
    ['internet', 'example.com', 3306],
  ] as const)('does not let %s go to %s:%i, and says why', (network, hostname, port) =>
    expect(refuseTarget(network, { hostname, port }, allowed)).toMatch(/^\S.*\.$/),
  );
});

it('a name that stands for the metadata address leads nowhere, on any network', () => {
  for (const network of ['git', 'registries', 'internet'] as const) {
    expect(mayConnect(network, '169.254.169.254')).toBe(false);
    expect(mayConnect(network, 'fe80::1')).toBe(false);
  }
  expect([mayConnect('git', '10.80.0.5'), mayConnect('internet', '10.80.0.5')]).toEqual([true, false]);
});
