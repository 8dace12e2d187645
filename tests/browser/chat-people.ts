/** People in rooms of the chat, each in a browser of their own, for tests of its page. */
import { CHAT_TOPIC } from '@cloud-lab/common/topics';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../helpers/chromium.ts';
import { startWebFixture, type WebFixture } from '../helpers/web-fixture.ts';

/** So soon, others have to see what one does. */
export const SOON = { timeout: 2_000 };

/** What a browser says of a connection that a test cut, or of a refusal that it provoked. */
const EXPECTED = /ERR_(INCOMPLETE_CHUNKED|INTERNET_DISCONNECTED|CONNECTION|NETWORK|EMPTY|FAILED)|503/;

export interface People {
  fixture: WebFixture;
  /** A room of its own for each test. */
  newRoom(): string;
  /** A person comes to a room; without a name yet where it is undefined. */
  open(room: string, name?: string, options?: BrowserContextOptions): Promise<Page>;
  /** A message from elsewhere. */
  append(room: string, text: string, user?: string): void;
  /** All leave. @throws what the consoles of their browsers complained of */
  leave(): Promise<void>;
  stop(): Promise<void>;
}

export async function createPeople(): Promise<People> {
  const fixture = await startWebFixture();
  const browser = await launchChromium();
  let contexts: BrowserContext[] = [];
  let complaints: string[] = [];
  let rooms = 0;
  return {
    fixture,
    newRoom() {
      rooms += 1;
      return `room-${rooms}`;
    },
    async open(room, name, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      contexts.push(context);
      if (name !== undefined) await context.addInitScript((kept) => localStorage.setItem('chat-name', kept), name);
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        const isComplaint = ['error', 'warning'].includes(message.type());
        if (isComplaint && !EXPECTED.test(message.text())) complaints.push(message.text());
      });
      await page.goto(`${fixture.url}/chat/${room}`);
      if (name !== undefined) await here(page, name).waitFor();
      return page;
    },
    append: (room, text, user = 'Prof') =>
      fixture.chatTopics.append(CHAT_TOPIC, { key: room, value: `[${user}]: ${text}` }),
    async leave() {
      await Promise.all(contexts.map((context) => context.close()));
      const said = complaints;
      [contexts, complaints] = [[], []];
      if (said.length > 0) throw new Error(`the consoles of the browsers say: ${said.join('; ')}`);
    },
    async stop() {
      await browser.close();
      await fixture.close();
    },
  };
}

/** Where one writes. */
export const box = (page: Page) => page.getByRole('textbox', { name: /^Message to/ });
/** Where one reads. */
export const log = (page: Page) => page.getByRole('log');
/** A name among those who are in the room. */
export const here = (page: Page, name: string) => page.getByLabel('Who is here').getByText(name, { exact: true });

export async function say(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press('Enter');
}

/** Who said what, as it stands there. */
export const talk = (page: Page): Promise<string[]> =>
  log(page)
    .locator('.turn')
    .evaluateAll((turns) =>
      turns.flatMap((turn) =>
        [...turn.querySelectorAll('.said')].map(
          (said) => `${turn.querySelector('.who strong')?.textContent}: ${said.textContent}`,
        ),
      ),
    );
