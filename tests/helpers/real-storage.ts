/** A real Azurite on this machine, on a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createBlobService } from '@cloud-lab/common/blob';
import { onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../tools/fake-project.ts';
import { PROJECT_DIR } from './lab.ts';

export const STORAGE_KEY = Buffer.from('a key of 64 bytes in a lab').toString('base64');

export type RealStorage = { port: number; service: ReturnType<typeof createBlobService>; process: ChildProcess };

/** Starts it for the rest of a test, in memory or on a folder, and waits until it answers. */
export async function startStorage(folder?: string): Promise<RealStorage> {
  const port = await findFreePort();
  const place = folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder];
  const flags = [...place, '--silent', '--skipApiVersionCheck', '--disableTelemetry'];
  const env = { ...process.env, AZURITE_ACCOUNTS: `lab:${STORAGE_KEY}` };
  const program = join(PROJECT_DIR, 'apps/storage/src/server.ts');
  const storage = spawn(process.execPath, [program, ...flags, '--disableProductStyleUrl', '--blobPort', `${port}`], {
    env,
    cwd: temporaryFolder(),
    stdio: 'ignore',
  });
  onTestFinished(() => void storage.kill());
  const service = createBlobService({
    url: `http://127.0.0.1:${port}/lab`,
    accountName: 'lab',
    accountKey: STORAGE_KEY,
  });
  await vi.waitFor(() => service.getProperties(), { timeout: 20_000, interval: 100 });
  return { port, service, process: storage };
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
