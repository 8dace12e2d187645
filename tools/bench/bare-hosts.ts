/** Starts the hosts of a lab with docker alone: what they take without anything of ours around them. */
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { create } from 'tar';
import { waitUntilReady, watchCommand } from '../../infra/ready.ts';
import { run } from './commands.ts';
import {
  containerArguments,
  networkArguments,
  type RecordedContainer,
  type RecordedResources,
  seccompProfile,
  type Upload,
  volumeArguments,
} from './recorded-resources.ts';

const READY_LIMIT_S = 180;

export type BareHosts = {
  /** Makes and starts them; ends when each one says that it is healthy. */
  start(signal: AbortSignal): Promise<void>;
  /** Removes the files that were prepared for them. */
  forget(): Promise<void>;
};

/** Writes down what the hosts boot from, so that only docker's part is left to do. */
export async function prepareBareHosts({ networks, volumes, containers }: RecordedResources): Promise<BareHosts> {
  // Only its owner may read it: there are secrets among the files.
  const folder = await mkdtemp(join(tmpdir(), 'cloud-lab-bench-hosts-'));
  const forget = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    for (const container of containers) {
      await packUploads(container, folder);
      await writeFile(seccompFileOf(archiveOf(container, folder)), seccompProfile(container));
    }
  } catch (error) {
    await forget();
    throw error;
  }
  return {
    async start(signal) {
      await Promise.all([
        ...networks.map((network) => run('docker', networkArguments(network), { signal })),
        ...volumes.map((volume) => run('docker', volumeArguments(volume), { signal })),
      ]);
      await Promise.all(containers.map((container) => startHost(container, archiveOf(container, folder), signal)));
    },
    forget,
  };
}

async function startHost(container: RecordedContainer, archive: string, signal: AbortSignal): Promise<void> {
  const { name, hostname } = container;
  await run('docker', containerArguments(container, seccompFileOf(archive)), { signal });
  await run('docker', ['cp', '-', `${name}:/`], { signal, input: archive });
  await run('docker', ['start', name], { signal });
  await waitUntilReady({
    host: hostname,
    stack: 'bare',
    command: ['docker', 'exec', name, ...watchCommand(READY_LIMIT_S)],
    timeout: READY_LIMIT_S,
    onStage: () => undefined,
  });
}

function archiveOf({ name }: RecordedContainer, folder: string): string {
  return join(folder, `${name}.tar`);
}

function seccompFileOf(archive: string): string {
  return `${archive}.seccomp.json`;
}

/** One archive of all that is uploaded: files alone, so that the folders of the image keep their owners and modes. */
async function packUploads(container: RecordedContainer, folder: string): Promise<void> {
  const root = join(folder, container.name);
  for (const upload of container.uploads) await writeUpload(upload, join(root, upload.file));
  const files = container.uploads.map(({ file }) => relative('/', file));
  await create({ file: archiveOf(container, folder), cwd: root, portable: true }, files);
  await rm(root, { recursive: true });
}

async function writeUpload(upload: Upload, path: string): Promise<void> {
  const mode = Number.parseInt(upload.permissions ?? '0644', 8);
  await mkdir(dirname(path), { recursive: true });
  if ('source' in upload) await copyFile(upload.source, path);
  else await writeFile(path, upload.content);
  await chmod(path, mode);
}
