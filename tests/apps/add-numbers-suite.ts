/** The contract of add_numbers, byte for byte, and words for everything else: what every place promises that serves it. */
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';

const JSON_TYPE = { 'content-type': 'application/json' };

/** @param url where it is served; @param open gives a server to ask, which ends with the test */
export function describeAddNumbers(url: string, open: () => Promise<FastifyInstance>): void {
  describe(`POST ${url}`, () => {
    it.each([
      ['{"num1": 1.0, "num2": 1.0}', '[{"Result":2}]'],
      ['{"num1": 1, "num2": 2.5}', '[{"Result":3.5}]'],
      ['{"num1":-0.5,"num2":0.25}', '[{"Result":-0.25}]'],
      ['{"num1":0.1,"num2":0.2}', '[{"Result":0.30000000000000004}]'],
      ['{"num1":1e308,"num2":1e300}', '[{"Result":1.00000001e+308}]'],
      ['{"num1":-0,"num2":0}', '[{"Result":0}]'],
      ['{"num1":1e-324,"num2":0}', '[{"Result":0}]'],
      ['{"num1":1,"num2":2,"more":"ignored"}', '[{"Result":3}]'],
      ['{"num1":9007199254740991,"num2":0}', '[{"Result":9007199254740991}]'],
    ])('%s gives %s', async (payload, expected) => {
      const app = await open();
      const answer = await app.inject({ method: 'POST', url, headers: JSON_TYPE, payload });
      expect(answer.body).toBe(expected);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
    });

    it.each([
      ['a missing one', '{"num1":1}', 400, 'A value for `num2` is required. Use GET to check arguments.\n'],
      ['both missing: the first is named', '{}', 400, 'A value for `num1` is required. Use GET to check arguments.\n'],
      ['a list', '[1,2]', 400, 'The body must be a JSON object such as {"name": value}, not a list.'],
      ['null as body', 'null', 400, 'The body must be a JSON object such as {"name": value}, not nothing.'],
      ['a number as body', '3', 400, 'The body must be a JSON object such as {"name": value}, not 3.'],
      ['a numeric text', '{"num1":"1","num2":2}', 400, '`num1` must be a number, not the text "1".'],
      ['null', '{"num1":1,"num2":null}', 400, '`num2` must be a number, not null.'],
      ['true', '{"num1":true,"num2":1}', 400, '`num1` must be a number, not true.'],
      ['a list as number', '{"num1":[1],"num2":1}', 400, '`num1` must be a number, not a list.'],
      ['an object as number', '{"num1":{},"num2":1}', 400, '`num1` must be a number, not an object.'],
      ['beyond numbers', '{"num1":1e999,"num2":1}', 400, '`num1` is too large: the largest number is about 1.80e+308.'],
      [
        'a sum beyond numbers',
        '{"num1":1e308,"num2":1e308}',
        400,
        'The result of add_numbers is too large to be a number. Use smaller numbers.',
      ],
      ['NaN', '{"num1":NaN,"num2":1}', 400, expect.stringContaining('The body is not valid JSON')],
      ['broken JSON', '{"num1":1,', 400, expect.stringContaining('The body is not valid JSON')],
      ['an empty body', '', 400, 'The body is empty: send a JSON object.'],
      ['a body too large', `{"num1":${' '.repeat(1024 * 1024)}1,"num2":1}`, 413, 'The body is larger than 1 MiB.'],
    ])('refuses %s', async (_what, payload, status, text) => {
      const app = await open();
      const answer = await app.inject({ method: 'POST', url, headers: JSON_TYPE, payload });
      expect(answer.json()).toEqual({ status: 'error', text });
      expect(answer.statusCode).toBe(status);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(answer.body).not.toMatch(/\n\s+at |node_modules/);
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
      'refuses %s',
      async (type) => {
        const app = await open();
        const payload = '{"num1":1,"num2":2}';
        const answer = await app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });
        expect(answer.statusCode).toBe(415);
        expect(answer.json()).toEqual({
          status: 'error',
          text: 'Send JSON, with the header Content-Type: application/json.',
        });
      },
    );

    it('says what to send when there is no body at all', async () => {
      const app = await open();
      const answer = await app.inject({ method: 'POST', url });
      expect(answer.statusCode).toBe(400);
      expect(answer.json().text).toBe('The body must be a JSON object such as {"name": value}, not nothing.');
    });
  });

  describe(`GET ${url}`, () => {
    it('describes the arguments without a query', async () => {
      const app = await open();
      const answer = await app.inject(url);
      expect(answer.json()).toEqual({
        args: [
          { name: 'num1', required: true, description: 'First number (numeric)' },
          { name: 'num2', required: true, description: 'Second number (numeric)' },
        ],
      });
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
    });

    it.each([
      ['num1=1&num2=2', '[{"Result":3}]'],
      ['num1=1.5&num2=-2', '[{"Result":-0.5}]'],
      ['num1=1e3&num2=.5', '[{"Result":1000.5}]'],
      ['num1=%2B1&num2=2.', '[{"Result":3}]'],
      ['num1=1&num2=2&x=y', '[{"Result":3}]'],
    ])('?%s gives %s', async (query, expected) => {
      const app = await open();
      const answer = await app.inject(`${url}?${query}`);
      expect(answer.body).toBe(expected);
      expect(answer.statusCode).toBe(200);
    });

    it.each([
      ['num1=1', 'A value for `num2` is required. Use GET to check arguments.\n'],
      ['x=1', 'A value for `num1` is required. Use GET to check arguments.\n'],
      ['num1=&num2=2', '`num1` must be a number, not "".'],
      ['num1=%201&num2=2', '`num1` must be a number, not " 1".'],
      ['num1=+1&num2=2', '`num1` must be a number, not " 1".'],
      ['num1=0x10&num2=2', '`num1` must be a number, not "0x10".'],
      ['num1=1&num2=Infinity', '`num2` must be a number, not "Infinity".'],
      ['num1=1&num2=NaN', '`num2` must be a number, not "NaN".'],
      ['num1=1,5&num2=2', '`num1` must be a number, not "1,5".'],
      ['num1=1_000&num2=2', '`num1` must be a number, not "1_000".'],
      ['num1=%D9%A1&num2=2', '`num1` must be a number, not "١".'],
      ['num1=1e999&num2=2', '`num1` is too large: the largest number is about 1.80e+308.'],
      ['num1=1&num1=2&num2=3', '`num1` was given more than once.'],
      ['num1=%3Cscript%3E&num2=2', '`num1` must be a number, not "<script>".'],
      ['num1=1e308&num2=1e308', 'The result of add_numbers is too large to be a number. Use smaller numbers.'],
    ])('?%s is refused', async (query, text) => {
      const app = await open();
      const answer = await app.inject(`${url}?${query}`);
      expect(answer.json()).toEqual({ status: 'error', text });
      expect(answer.statusCode).toBe(400);
    });

    it('shortens what it quotes', async () => {
      const app = await open();
      const answer = await app.inject(`${url}?num1=${'x'.repeat(5000)}&num2=2`);
      expect(answer.json().text).toBe(`\`num1\` must be a number, not "${'x'.repeat(40)}…".`);
    });
  });
}
