/** Reads a stack's configuration from its files, as Pulumi will: defaults, then the stack's file, then what the command line sets. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import { CLOUD_NAMES, type CloudName, type LabConfig, readConfig } from '../../infra/config.ts';
import { isPlainName } from '../../infra/naming.ts';
import { Problem } from '../../infra/problem.ts';
import { writeAtomically } from './paths.ts';

export const DEFAULT_STACK = 'dev';

/** `Pulumi.<stack>.yaml`, there or not. */
export function stackFile(projectDir: string, stack: string): string {
  return join(projectDir, `Pulumi.${stack}.yaml`);
}

/** @throws Problem where the text cannot name a stack */
export function checkStackName(stack: string): string {
  if (!isPlainName(stack) || stack.length > 40) {
    throw new Problem(`"${stack}" cannot name a stack: use up to 40 letters, digits, ".", "_" and "-".`);
  }
  return stack;
}

/**
 * The configuration that the next `up` of a stack will have.
 * @param settings `lab:key=value` as given with -c
 * @throws ConfigError, Problem
 */
export function readStackConfig(projectDir: string, stack: string, settings: readonly string[]): LabConfig {
  return readConfig(readRawConfig(projectDir, stack, settings), stack);
}

/**
 * The same before anything is checked: every key with its namespace, as text.
 * @throws Problem where a file or a setting cannot be read
 */
export function readRawConfig(projectDir: string, stack: string, settings: readonly string[]): Record<string, string> {
  const raw = readDefaults(projectDir);
  for (const [key, value] of Object.entries(readOwnConfig(projectDir, stack))) raw[key] = asText(value);
  for (const [key, value] of settings.map(splitSetting)) raw[key] = value;
  return raw;
}

/** The defaults of Pulumi.yaml, as text. */
export function readDefaults(projectDir: string): Record<string, string> {
  const project = readYaml(join(projectDir, 'Pulumi.yaml')) as { config: Record<string, { default?: unknown }> };
  const raw: Record<string, string> = {};
  for (const [key, { default: value }] of Object.entries(project.config))
    if (value !== undefined) raw[key] = asText(value);
  return raw;
}

/** What the stack's file sets, with the types that it has there. */
function readOwnConfig(projectDir: string, stack: string): Record<string, unknown> {
  const file = stackFile(projectDir, stack);
  const own = (existsSync(file) ? readYaml(file) : undefined) as { config?: Record<string, unknown> } | undefined;
  return own?.config ?? {};
}

/** A key of the stack's file, with its namespace, that a provider of Pulumi's reads; undefined where it is not set, or a secret. */
export function readStackSetting(projectDir: string, stack: string, key: string): string | undefined {
  const value = readOwnConfig(projectDir, stack)[key];
  return typeof value === 'string' ? value : undefined;
}

/**
 * Keeps what the command line sets in the stack's file, each with the type that Pulumi.yaml declares: a list is given as JSON.
 * @param settings as readStackConfig has found them to be right
 */
export function keepSettings(projectDir: string, stack: string, settings: readonly string[]): void {
  if (settings.length === 0) return;
  const project = readYaml(join(projectDir, 'Pulumi.yaml')) as { config: Record<string, { type?: string }> };
  const path = stackFile(projectDir, stack);
  const document = parseDocument(existsSync(path) ? readFileSync(path, 'utf8') : '');
  for (const [key, value] of settings.map(splitSetting)) {
    const { type } = project.config[key] ?? {};
    document.setIn(['config', key], type === 'string' ? value : (JSON.parse(value) as unknown));
  }
  writeAtomically(path, String(document));
}

function splitSetting(setting: string): [key: string, value: string] {
  const [, key, value] = /^([\w-]+:[\w-]+)=(.*)$/s.exec(setting) ?? [];
  if (key === undefined || value === undefined) throw new Problem(`-c ${setting} is not of the form lab:key=value.`);
  return [key, value];
}

/**
 * Takes from a stack's file what only an existing stack needs (the salt of its secrets), and the file itself where nothing else is in it.
 */
export function forgetStackFile(projectDir: string, stack: string): void {
  const path = stackFile(projectDir, stack);
  if (!existsSync(path)) return;
  const text = readFileSync(path, 'utf8');
  // Secrets that someone has set in it can be read with their salt alone.
  if (/^\s+secure:/m.test(text)) return;
  const document = parseDocument(text);
  // Of a file that says nothing, or only in comments, nothing is Pulumi's.
  if (!isMap(document.contents) || !document.delete('encryptionsalt')) return;
  if (document.contents.items.length === 0) rmSync(path);
  else writeAtomically(path, String(document));
}

function readYaml(path: string): unknown {
  const document = parseDocument(readFileSync(path, 'utf8'));
  const [error] = document.errors;
  if (error !== undefined) throw new Problem(`${path} is not valid YAML: ${error.message}`);
  return document.toJS();
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The cloud that a stack is on, also where the rest of its configuration cannot be used: it has to be possible to give it back. */
export function readStackCloud(projectDir: string, stack: string): CloudName {
  const named = readOwnConfig(projectDir, stack)['lab:cloud'];
  return CLOUD_NAMES.find((name) => name === named) ?? CLOUD_NAMES[0];
}
