/** The chat in browsers: people who talk to each other, with a keyboard or on a phone. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { pictureFolder } from '../helpers/chromium.ts';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { sampleTalk } from '../helpers/memory-chat.ts';
import { box, createPeople, here, log, type People, SOON, say, talk } from './chat-people.ts';

const PHONE = { width: 360, height: 740 };

// A machine that does much else is slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let people: People;

beforeAll(async () => {
  people = await createPeople();
});
afterEach(() => people.leave());
afterAll(() => people?.stop());

// First, as later tests leave rooms behind.
describe('the page of a chat that is used', () => {
  test('looks as it should, and fits a phone of 360 pixels', async () => {
    sampleTalk(people.fixture.chatTopics);
    const pictures = pictureFolder(PROJECT_DIR);
    const elsewhere = await people.open('team-1', 'Carla');
    await say(elsewhere, 'Shall we meet at two?');
    const [ben, ann] = [await people.open('lobby', 'Ben'), await people.open('lobby', 'Ann')];
    await here(ann, 'Ben').waitFor();
    await box(ben).pressSequentially('Well d');
    await ann.getByText('Ben is writing...').waitFor();
    await ann.getByRole('link', { name: /^team-1/ }).waitFor();
    await ann.screenshot({ path: join(pictures, 'chat.png') });

    const phone = await people.open('lobby', 'Phone', { viewport: PHONE, deviceScaleFactor: 2 });
    await phone.screenshot({ path: join(pictures, 'chat-phone.png') });
    const overflow = await phone.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    const button = await phone.getByRole('button', { name: 'Send' }).boundingBox();
    expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThanOrEqual(PHONE.height);
  });
});

describe('two people in a room', () => {
  test('see each other, what each says, and who is writing', async () => {
    const room = people.newRoom();
    const [ann, ben] = [await people.open(room, 'Ann'), await people.open(room, 'Ben')];
    await here(ann, 'Ben').waitFor(SOON);
    await box(ann).pressSequentially('Hel');
    await ben.getByText('Ann is writing...').waitFor(SOON);
    await say(ann, 'Hello Ben');
    await log(ben).getByText('Hello Ben').waitFor(SOON);
    await ben.getByText('Ann is writing...').waitFor({ state: 'hidden', ...SOON });
    await say(ben, 'Hello Ann');
    await log(ann).getByText('Hello Ann').waitFor(SOON);
    for (const page of [ann, ben]) expect(await talk(page)).toEqual(['Ann: Hello Ben', 'Ben: Hello Ann']);
    expect(await log(ann).locator('.own').count()).toBe(1);
    expect(await log(ann).locator('.own').textContent()).toContain('Annyou');
    await ben.close();
    await here(ann, 'Ben').waitFor({ state: 'hidden', ...SOON });
  });

  test('are alone in it: another room hears nothing, and one who comes late reads all', async () => {
    const [room, other] = [people.newRoom(), people.newRoom()];
    const [ann, carla] = [await people.open(room, 'Ann'), await people.open(other, 'Carla')];
    await say(ann, 'for this room');
    await log(ann).getByText('for this room').waitFor();
    await say(carla, 'for that room');
    const late = await people.open(room, 'Late');
    await log(late).getByText('for this room').waitFor(SOON);
    expect(await talk(late)).toEqual(['Ann: for this room']);
    expect(await talk(carla)).toEqual(['Carla: for that room']);
    await late.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: other }).click();
    await log(late).getByText('for that room').waitFor();
  });

  test('say text and nothing else; addresses become links', async () => {
    const room = people.newRoom();
    const [ann, ben] = [await people.open(room, 'Ann'), await people.open(room, 'Ben')];
    const text = '<script>document.title = "taken"</script> **b** <img src=x> (see https://lab.example/a?b=1).';
    await say(ann, text);
    await say(ann, 'javascript:alert(1)');
    await log(ben).getByText('javascript:alert(1)').waitFor(SOON);
    expect(await talk(ben)).toEqual([`Ann: ${text}`, 'Ann: javascript:alert(1)']);
    expect(await log(ben).locator('script, img, b').count()).toBe(0);
    const links = await log(ben)
      .getByRole('link')
      .evaluateAll((all) => all.map((each) => [each.getAttribute('href'), each.getAttribute('rel')]));
    expect(links).toEqual([['https://lab.example/a?b=1', 'noopener nofollow']]);
    await ben.reload();
    expect(await talk(ben)).toHaveLength(2);
    expect(await ben.title()).toContain(room);
  });
});

describe('one who talks', () => {
  test('is asked for a name once, may change it, and cannot take one that is none', async () => {
    const room = people.newRoom();
    const page = await people.open(room);
    await page.getByLabel('Your name, to talk here').fill('[Ann]');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByText('A name has up to 32 characters').waitFor();
    await page.getByLabel('Your name, to talk here').fill('Ann');
    await page.keyboard.press('Enter');
    await here(page, 'Ann').waitFor(SOON);
    await page.reload();
    await here(page, 'Ann').waitFor(SOON);
    await page.getByRole('button', { name: 'Change name' }).click();
    await page.getByLabel('Your name from now on').fill('Anna');
    await page.keyboard.press('Enter');
    await here(page, 'Anna').waitFor(SOON);
    await here(page, 'Ann').waitFor({ state: 'hidden', ...SOON });
  });

  test('uses the keyboard: Shift+Enter begins a line, Enter sends, and what is left is counted', async () => {
    const page = await people.open(people.newRoom(), 'Ann');
    await box(page).pressSequentially('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Enter');
    await expect.poll(() => talk(page)).toEqual(['Ann: one\ntwo']);
    expect(await box(page).inputValue()).toBe('');
    expect(await box(page).evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await box(page).fill('x'.repeat(1_900));
    await page.getByText('100 characters left').waitFor();
    await box(page).fill('x'.repeat(2_003));
    await page.getByText('3 characters too many').waitFor();
    await page.keyboard.press('Enter');
    expect(await box(page).inputValue()).toHaveLength(2_003);
    expect(await talk(page)).toHaveLength(1);
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log');
  });

  test('keeps what could not be sent, and sends it once when asked again', async () => {
    const room = people.newRoom();
    const page = await people.open(room, 'Ann');
    people.fixture.chatTopics.setAway(true);
    await say(page, 'important');
    await page.getByText('Not sent: Kafka does not take messages right now.').waitFor();
    people.fixture.chatTopics.setAway(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Not sent').waitFor({ state: 'hidden' });
    await expect.poll(() => log(page).locator('.sending').count()).toBe(0);
    expect(await talk(page)).toEqual(['Ann: important']);
  });

  test('opens a room by its name, as people write names', async () => {
    const page = await people.open(people.newRoom(), 'Ann');
    await page.getByLabel('Open a room').fill('Our Team 7');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.waitForURL(/\/chat\/our-team-7$/);
    await page.getByRole('heading', { level: 1, name: 'our-team-7' }).waitFor();
  });
});
