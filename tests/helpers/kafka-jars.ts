/** Vitest's global set-up for tests on a real broker: fetches what it is made of, as the hosts of a lab do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { TestProject } from 'vitest/node';
import { PROJECT_DIR } from './lab.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder with the broker's jars. */
    kafkaJars: string;
  }
}

const FETCH_LIMIT_MS = 300_000;

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-jars-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const goals = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  try {
    await execa('mvn', ['-B', '-q', '-f', join(PROJECT_DIR, 'cloud-init/vm/kafka/pom.xml'), ...goals], {
      timeout: FETCH_LIMIT_MS,
    });
  } catch (error) {
    remove();
    throw new Error("Maven could not fetch the broker's jars. `./lab test --servers` installs Maven first.", {
      cause: error,
    });
  }
  project.provide('kafkaJars', folder);
  return remove;
}
