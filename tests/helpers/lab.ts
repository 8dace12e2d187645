/** A lab for tests, from the defaults of Pulumi.yaml. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type LabConfig, readConfig } from '../../infra/config.ts';
import { describeLab, type Lab } from '../../infra/lab.ts';

export const PROJECT_DIR = join(import.meta.dirname, '../..');

/** The defaults of Pulumi.yaml, as the engine hands them to the program. */
export function defaultConfig(): Record<string, string> {
  const { config } = parse(readFileSync(join(PROJECT_DIR, 'Pulumi.yaml'), 'utf8')) as {
    config: Record<string, { default: unknown }>;
  };
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(config).map(([key, { default: value }]) => [key, text(value)]));
}

export function configWith(changes: Record<string, string> = {}, stack = 'dev'): LabConfig {
  return readConfig({ ...defaultConfig(), ...changes }, stack);
}

export function labWith(changes: Record<string, string> = {}, stack = 'dev'): Lab {
  return describeLab(configWith(changes, stack));
}
