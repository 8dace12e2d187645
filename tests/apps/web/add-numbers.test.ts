/** add_numbers in the REST API of the web app. */
import { expect, it } from 'vitest';
import { describeAddNumbers } from '../add-numbers-suite.ts';
import { buildTestApp } from './helper.ts';

const URL = '/api/v1/add_numbers';

describeAddNumbers(URL, async () => (await buildTestApp()).app);

it('refuses a body that would change what objects are', async () => {
  const { app } = await buildTestApp();
  const payload = '{"__proto__":{"num1":1},"num2":1}';
  const answer = await app.inject({
    method: 'POST',
    url: URL,
    headers: { 'content-type': 'application/json' },
    payload,
  });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().text).toContain('The body is not valid JSON');
});
