/**
 * A reporter for Node's test runner: appends the run to the file that LAB_JUNIT_FILE names, as a `testsuites` element of
 * JUnit XML, so that several runs in one `npm test` stand one after the other; Node's own reporter would write over the
 * run before. What it cannot write, it leaves: the tests are not to fail for it.
 */
import { appendFileSync } from 'node:fs';
import { junit } from 'node:test/reporters';

type TestEvents = Parameters<typeof junit>[0];

const XML_DECLARATION = /^<\?xml[^>]*>\s*/;

export default async function* appendRun(events: TestEvents): AsyncGenerator<string, void> {
  let run = '';
  for await (const part of junit(events)) run += part;
  try {
    appendFileSync(process.env.LAB_JUNIT_FILE ?? '', run.replace(XML_DECLARATION, ''));
  } catch {
    yield 'The list of test results could not be written.\n';
  }
}
