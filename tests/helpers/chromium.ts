/** The browser of the tests, and where its pictures go. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

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

export interface PageOpener {
  /** Opens a page in a browser of its own: nothing of the page before is there. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** Closes it. @throws what its console complained of */
  close(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens pages of the site at `url` one after the other. */
export async function createPageOpener(url: string, viewport: { width: number; height: number }): Promise<PageOpener> {
  const browser = await launchChromium();
  let context: BrowserContext | undefined;
  let complaints: string[] = [];
  return {
    async open(path, options = {}) {
      context = await browser.newContext({ viewport, ...options });
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      await page.goto(url + path);
      return page;
    },
    async close() {
      const said = complaints;
      complaints = [];
      await context?.close();
      context = undefined;
      if (said.length > 0) throw new Error(`the console of the browser says: ${said.join('; ')}`);
    },
    stop: () => browser.close(),
  };
}
