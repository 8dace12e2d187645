/** What real tools wrote; beside each lies what they printed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a file in fixtures/. */
export const readFixture = (path: string): string =>
  readFileSync(join(import.meta.dirname, '../fixtures', path), 'utf8');
