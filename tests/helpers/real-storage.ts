/** A real Azurite on this machine, in memory, on a port of its own. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createBlobService } from '@cloud-lab/common/blob';
import { onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../tools/fake-project.ts';
import { PROJECT_DIR } from './lab.ts';

export const STORAGE_KEY = Buffer.from('a key of 64 bytes in a lab').toString('base64');

/** Starts it for the rest of a test, and waits until it answers. @returns its port */
export async function startStorage(): Promise<{ port: number; service: ReturnType<typeof createBlobService> }> {
  const port = await findFreePort();
  const flags = ['--inMemoryPersistence', '--silent', '--skipApiVersionCheck', '--disableTelemetry'];
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
  return { port, service };
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
