/** The browser of the tests, and where its pictures go. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';

/** As Debian installs it. */
export const CHROMIUM = '/usr/bin/chromium';

/** Starts it without anything that it does by itself over the network. */
export async function launchChromium(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Folder for pictures: with LAB_SCREENSHOTS=docs those of the docs are made anew. */
export function pictureFolder(projectDir: string): string {
  const folder = join(projectDir, process.env.LAB_SCREENSHOTS === 'docs' ? 'docs/images' : 'tests/.out');
  mkdirSync(folder, { recursive: true });
  return folder;
}
