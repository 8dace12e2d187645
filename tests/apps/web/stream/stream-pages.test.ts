/** The pages of the stream as the server renders them. */
import { describe, expect, it } from 'vitest';
import { message, start } from './start-stream.ts';

describe('the pages of the stream', () => {
  it('say what matters without JavaScript', async () => {
    const { app, post } = await start();
    await post('messages', message);
    const page = (await app.inject('/stream')).body;
    for (const words of ['The stream', 'hello 3', 'apple', 'Same key, same lane', 'Consumer group', 'Next offset']) {
      expect(page).toContain(words);
    }
    expect((await app.inject('/stream/chat')).body).toContain('Is Kafka up again?');
  });

  it('escape what messages hold', async () => {
    const { app, post } = await start();
    await post('messages', { ...message, key: '<b>', text: '<script>alert(1)</script>' });
    const page = (await app.inject('/stream')).body;
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
  });

  it('are there while Kafka is away, and say so', async () => {
    const { app, kafka } = await start();
    kafka.isAway = true;
    const page = await app.inject('/stream');
    expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('Kafka does not answer.')]);
  });

  it('lead to where a topic is, and know no others', async () => {
    const { app } = await start();
    expect((await app.inject('/stream/playground')).headers.location).toBe('/stream');
    expect((await app.inject('/stream/nothing')).statusCode).toBe(404);
  });
});
