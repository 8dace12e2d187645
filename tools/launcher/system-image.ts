/** Builds the image that the hosts of the local cloud boot from, where the engine has not got it already. */
import { cp, link, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import type { SystemImage } from '../../infra/clouds/local/system-image.ts';
import { installDebianPackages } from './debian-packages.ts';

export type BuildOptions = {
  image: SystemImage;
  /** Where a base that took minutes to make is kept. */
  cacheDir: string;
  /** Told what is being done, a line at a time. */
  report: (text: string) => void;
};

const REGISTRY_BASE = 'debian:13';
const SUITE = 'trixie';
/** A registry that says nothing for this long does not answer. */
const REGISTRY_PATIENCE_MS = 10_000;

/** Makes sure that the engine has the image. @returns whether it was there, and on which base it was built */
export async function ensureSystemImage(options: BuildOptions): Promise<'present' | 'built'> {
  const { image, report } = options;
  if (await hasImage(image.tag)) return 'present';
  const base = (await pullRegistryBase(report)) ? REGISTRY_BASE : await importBootstrapBase(options);
  await buildImage(options, base);
  return 'built';
}

async function hasImage(tag: string): Promise<boolean> {
  const { exitCode } = await execa('docker', ['image', 'inspect', '--format', '{{.Id}}', tag], { reject: false });
  return exitCode === 0;
}

/** Pulls the base; false where no registry answers, found out within seconds: its first line comes when the registry has answered. */
async function pullRegistryBase(report: (text: string) => void): Promise<boolean> {
  if (await hasImage(REGISTRY_BASE)) return true;
  report(`asking an image registry for ${REGISTRY_BASE}`);
  const controller = new AbortController();
  const pull = execa('docker', ['pull', REGISTRY_BASE], {
    reject: false,
    all: true,
    cancelSignal: controller.signal,
    timeout: 600_000,
  });
  const timer = setTimeout(() => controller.abort(), REGISTRY_PATIENCE_MS);
  pull.all.once('data', () => clearTimeout(timer));
  const { exitCode } = await pull;
  clearTimeout(timer);
  return exitCode === 0;
}

/** A base from Debian's packages alone, imported as an image of its own; the archive of it is kept for the next engine. */
async function importBootstrapBase({ image, cacheDir, report }: BuildOptions): Promise<string> {
  const tag = image.baseTag;
  if (await hasImage(tag)) return tag;
  const folder = join(cacheDir, 'images');
  await mkdir(folder, { recursive: true });
  const archive = join(folder, `${tag.replaceAll(/[^a-z0-9]/g, '-')}.tar`);
  if (!(await stat(archive).catch(() => undefined))) {
    await installDebianPackages(['mmdebstrap'], report);
    report(`no image registry answers: making a Debian ${SUITE} base from its packages (a minute or two)`);
    const part = `${archive}.${process.pid}.part`;
    const options = ['--variant=minbase', '--format=tar', '--dpkgopt=path-exclude=/usr/share/doc/*'];
    const made = await execa('mmdebstrap', [...options, `--include=${image.packages.join(',')}`, SUITE, part], {
      reject: false,
      all: true,
    });
    if (made.exitCode !== 0) {
      await rm(part, { force: true });
      const reason =
        made.code === 'ENOENT' ? 'mmdebstrap is not installed (apt-get install mmdebstrap)' : lastLines(made.all, 5);
      throw new Error(
        `No base for the hosts' image: no image registry answers, and mmdebstrap could not make one: ${reason}`,
      );
    }
    await rename(part, archive);
  }
  report('importing the base');
  await execa('docker', ['import', archive, tag]);
  return tag;
}

async function buildImage({ image, cacheDir, report }: BuildOptions, base: string): Promise<void> {
  report(`building ${image.tag} on ${base}`);
  await mkdir(cacheDir, { recursive: true });
  const context = await mkdtemp(join(cacheDir, '.image-'));
  try {
    await cp(image.folder, context, { recursive: true });
    await cp(image.programs, join(context, 'vm'), { recursive: true });
    await mkdir(join(context, 'certificates'));
    for (const file of image.authorities) await cp(file, join(context, 'certificates', basename(file)));
    await link(image.node, join(context, 'node')).catch(() =>
      cp(image.node, join(context, 'node'), { dereference: true }),
    );
    await cp(image.npm, join(context, 'npm'), { recursive: true });
    const build = execa(
      'docker',
      [
        'build',
        '--tag',
        image.tag,
        '--build-arg',
        `BASE=${base}`,
        '--build-arg',
        `PACKAGES=${image.packages.join(' ')}`,
        context,
      ],
      { all: true, reject: false, env: { DOCKER_BUILDKIT: '0' } },
    );
    build.all.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n')) if (/^Step \d+/.test(line)) report(line.trim());
    });
    const { exitCode, all } = await build;
    if (exitCode !== 0)
      throw new Error(`The hosts' image could not be built. Docker's last lines:\n${lastLines(all, 15)}`);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

function lastLines(text: string | undefined, count: number): string {
  return (text ?? '').trim().split('\n').slice(-count).join('\n');
}
