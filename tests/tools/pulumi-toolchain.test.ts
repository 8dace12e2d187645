/** The Pulumi engine is found or got by the first way that works, and each failure is told in words. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnosePulumi, ensurePulumi } from '../../tools/launcher/pulumi-toolchain.ts';
import { checksumOf } from '../../tools/launcher/pulumi-vendor.ts';
import { fakeProject, fakeRun, fakeVendor, pluginVersion, temporaryFolder, version, write } from './fake-project.ts';

const installs = { 'plugin install': {} };
const report = (): void => undefined;

/** A `go` that builds by writing the file that it is asked for. */
function go(answer: string | undefined) {
  return {
    'go env GOVERSION': answer === undefined ? { missing: true } : { stdout: `${answer}\n` },
    'go build': {},
  };
}

describe('the vendor', () => {
  test('its release and its plugin are used, and the next time they are there', async () => {
    const folder = temporaryFolder();
    await using served = await fakeVendor(folder);
    const paths = fakeProject(folder);
    const request = { paths, report, vendor: served.vendor, run: fakeRun(installs), env: { HOME: folder } };
    const first = await ensurePulumi(request);
    expect(first.source).toBe('vendor');
    expect(readFileSync(join(first.binDir, 'pulumi'), 'utf8')).toContain('# pulumi');
    const plugin = join(first.pulumiHome, `plugins/resource-docker-v${pluginVersion}/pulumi-resource-docker`);
    expect(existsSync(plugin)).toBe(true);

    served.asked.length = 0;
    const run = fakeRun({});
    expect(await ensurePulumi({ ...request, run })).toEqual({ ...first, source: 'cached' });
    expect([served.asked, run.calls]).toEqual([[], []]);
    expect(readdirSync(join(paths.cacheDir, 'pulumi'))).toHaveLength(1);
  });

  test.each([
    ['wrong checksum', /its SHA-256 is [0-9a-f]{64}, the vendor's list says [0-9a-f]{64}; the file was not used/],
    ['not found', /checksums\.txt: status 404/],
    ['silent', /no answer within 0\.3 s/],
    ['cut', /pulumi-v9\.8\.7.*tar\.gz: /],
  ] as const)('%s: refused, and without Go one sentence says all that was tried', async (fault, reason) => {
    const folder = temporaryFolder();
    await using served = await fakeVendor(folder, fault);
    const request = { paths: fakeProject(folder), report, vendor: served.vendor, env: { HOME: folder, PATH: folder } };
    const start = Date.now();
    const error: Error = await ensurePulumi({ ...request, run: fakeRun({}) }).then(
      () => expect.fail('must be refused'),
      (reason) => reason,
    );
    expect(Date.now() - start).toBeLessThan(3000);
    expect(error.message).toMatch(reason);
    expect(error.message).toMatch(
      /^Pulumi 9\.8\.7 can't be had\. On PATH: there is no `pulumi`\. The vendor's release: /,
    );
    expect(error.message).toMatch(/there is no `go` on PATH\. Install Go 1\.\d+\.\d+ or later/);
    expect(readdirSync(join(request.paths.cacheDir, 'pulumi'))).toEqual([]);
  });

  test('not found: falls to building, and asks it no more for the plugin', async () => {
    const folder = temporaryFolder();
    await using served = await fakeVendor(folder, 'not found');
    const run = fakeRun(go('go1.99.0'));
    const request = { paths: fakeProject(folder), report, vendor: served.vendor, run, env: { HOME: folder } };
    await expect(ensurePulumi(request)).rejects.toThrow(/ENOENT/); // The fake `go` writes no binary to stamp.
    const builds = run.calls.filter((line) => line.startsWith('go build'));
    expect(builds.map((line) => line.split(' ').at(-1))).toEqual(['github.com/pulumi/pulumi/pkg/v3/cmd/pulumi', '.']);
    expect(run.calls.join('\n')).not.toContain('plugin install');
    expect(served.asked.join('\n')).not.toContain('resource-docker');
  });

  test('a list that does not name the file gives no checksum', () => {
    expect(checksumOf(`${'a'.repeat(64)}  x.tar.gz`, 'y.tar.gz')).toBeUndefined();
    expect(checksumOf(`short  x.tar.gz`, 'x.tar.gz')).toBeUndefined();
    expect(checksumOf(`${'a'.repeat(64)} *x.tar.gz`, 'x.tar.gz')).toBe('a'.repeat(64));
  });
});

describe('Go', () => {
  test.each([
    ['go1.24.9', /`go` on PATH is 1\.24\.9, which is too old/],
    ['go1.25', /`go` on PATH is 1\.25, which is too old/],
    ['devel', /`go` on PATH doesn't do/],
  ])('%s is not enough', async (answer, reason) => {
    const folder = temporaryFolder();
    await using served = await fakeVendor(folder, 'not found');
    const request = { paths: fakeProject(folder), report, vendor: served.vendor, env: { HOME: folder } };
    await expect(ensurePulumi({ ...request, run: fakeRun(go(answer)) })).rejects.toThrow(reason);
  });

  test('a build that fails shows what the compiler said', async () => {
    const folder = temporaryFolder();
    await using served = await fakeVendor(folder, 'not found');
    const stderr = 'go: downloading x v1\ngithub.com/x/y\n../y.go:1: no space left on device\n';
    const run = fakeRun({ ...go('go1.26.0'), 'go build': { status: 1, stderr } });
    const request = { paths: fakeProject(folder), report, vendor: served.vendor, run, env: { HOME: folder } };
    await expect(ensurePulumi(request)).rejects.toThrow(
      'Building Pulumi 9.8.7 in tools/pulumi-cli failed: ../y.go:1: no space left on device\n',
    );
  });
});

describe('a pulumi on PATH', () => {
  function installed(folder: string, files = ['pulumi', 'pulumi-language-nodejs', 'pulumi-resource-pulumi-nodejs']) {
    for (const name of files) write(join(folder, 'bin', name), '#!/bin/sh\n', 0o755);
    return { HOME: folder, PATH: join(folder, 'bin') };
  }

  test('is used if it has the version, with the plugin that its owner has', async () => {
    const folder = temporaryFolder();
    const env = installed(folder);
    write(join(folder, `.pulumi/plugins/resource-docker-v${pluginVersion}/pulumi-resource-docker`), 'theirs', 0o755);
    const run = fakeRun({ 'pulumi version': { stdout: `v${version}\n` } });
    const toolchain = await ensurePulumi({ paths: fakeProject(folder), report, run, env });
    expect(toolchain).toMatchObject({ source: 'path', binDir: join(folder, 'bin') });
    const plugin = join(toolchain.pulumiHome, `plugins/resource-docker-v${pluginVersion}/pulumi-resource-docker`);
    expect(readFileSync(plugin, 'utf8')).toBe('theirs');
  });

  test('of another version, or without its language host, is passed over', async () => {
    const folder = temporaryFolder();
    await using served = await fakeVendor(folder);
    const other = { ...installs, 'pulumi version': { stdout: 'v9.8.8\n' } };
    const request = { paths: fakeProject(folder), report, vendor: served.vendor };
    const toolchain = await ensurePulumi({ ...request, run: fakeRun(other), env: installed(folder) });
    expect(toolchain.source).toBe('vendor');

    const lone = temporaryFolder();
    await using down = await fakeVendor(lone, 'not found');
    const env = installed(lone, ['pulumi']);
    await expect(
      ensurePulumi({ paths: fakeProject(lone), report, vendor: down.vendor, run: fakeRun({}), env }),
    ).rejects.toThrow(/On PATH: the `pulumi` in .* has no pulumi-language-nodejs beside it/);
  });
});

test('a toolchain that lost a file or has one cut off, and the draft of a dead launcher, are replaced', async () => {
  const folder = temporaryFolder();
  await using served = await fakeVendor(folder);
  const paths = fakeProject(folder);
  const request = { paths, report, vendor: served.vendor, run: fakeRun(installs), env: { HOME: folder } };
  const { binDir } = await ensurePulumi(request);
  rmSync(join(binDir, 'pulumi-language-nodejs'));
  expect((await ensurePulumi(request)).source).toBe('vendor');
  writeFileSync(join(binDir, 'pulumi'), '');
  mkdirSync(join(paths.cacheDir, 'pulumi', 'old.4194304-1.abcd.draft'));
  expect((await ensurePulumi(request)).source).toBe('vendor');
  expect(existsSync(join(binDir, 'pulumi-language-nodejs'))).toBe(true);
  expect(readdirSync(join(paths.cacheDir, 'pulumi'))).toHaveLength(1);
});

test('a changed plugin source asks for another toolchain; a version range is refused', async () => {
  const folder = temporaryFolder();
  await using served = await fakeVendor(folder);
  const paths = fakeProject(folder);
  const request = { paths, report, vendor: served.vendor, run: fakeRun(installs), env: { HOME: folder } };
  const before = await ensurePulumi(request);
  writeFileSync(join(paths.projectDir, 'tools/pulumi-docker/main.go'), 'changed');
  expect((await ensurePulumi(request)).binDir).not.toBe(before.binDir);

  write(join(paths.projectDir, 'package.json'), JSON.stringify({ dependencies: { '@pulumi/pulumi': '^3.0.0' } }));
  await expect(ensurePulumi(request)).rejects.toThrow('package.json has to pin @pulumi/pulumi to one version');
});

test('doctor says what the first `up` will do, or what is missing', async () => {
  const folder = temporaryFolder();
  await using served = await fakeVendor(folder, 'not found');
  const request = { paths: fakeProject(folder), vendor: served.vendor };
  const [buildable] = await diagnosePulumi({ ...request, run: fakeRun(go('go1.26.8')) });
  expect(buildable).toMatchObject({ ok: true, detail: expect.stringContaining('to be built by the first `up`') });
  const [missing] = await diagnosePulumi({ ...request, run: fakeRun({}) });
  expect(missing).toMatchObject({ ok: false, fix: expect.stringContaining('Install Go') });
});
