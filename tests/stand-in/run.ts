/** Runs a Pulumi program under the real engine, with stand-ins for the plugins of its clouds, on a state of its own. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, stringify } from 'yaml';
import { lastLines, runCommand } from '../../tools/launcher/command.ts';
import { ensureKeys, type LabContext, pulumiEnvironment } from '../../tools/launcher/context.ts';
import { labPaths } from '../../tools/launcher/paths.ts';
import type { EngineEvent } from '../../tools/launcher/pulumi-run.ts';
import { ensurePulumi } from '../../tools/launcher/pulumi-toolchain.ts';
import { installStandIn, lendPlugins, type StandInPlugin } from './plugin.ts';
import { type Call, readCalls } from './record.ts';
import type { StackState } from './state.ts';

export type StackRequest = {
  /** Folder with a Pulumi.yaml. Nothing is written to it. */
  programDir: string;
  stack: string;
  /** With namespaces: `{ 'lab:cloud': 'azure' }`. */
  config?: Record<string, string>;
  standIns: readonly StandInPlugin[];
  /** What the program finds in its environment beside what is there. */
  env?: Record<string, string>;
  /** Commands that it finds before those of this machine, as shell scripts: `{ ssh: 'echo hello' }`. */
  commands?: Record<string, string>;
  /**
   * Modules of the program, by their path in its folder, and the absolute paths of those that are loaded in their place: for what
   * would talk to machines that are not there.
   */
  modules?: Record<string, string>;
  /** Of each command; 45 s without it. */
  timeoutMs?: number;
};

/** How a command of the engine went. */
export type Outcome = {
  ok: boolean;
  /** Operation -> number of resources: `{ create: 3 }`. */
  changes: Record<string, number>;
  /** What went wrong, in words; the engine's own where no event has any. */
  errors: string[];
  events: EngineEvent[];
  /** What the stand-ins were asked meanwhile, in order. */
  calls: Call[];
  stdout: string;
  stderr: string;
};

export type StandInStack = AsyncDisposable & {
  preview(): Promise<Outcome>;
  up(): Promise<Outcome>;
  destroy(): Promise<Outcome>;
  refresh(): Promise<Outcome>;
  /** Sets keys from now on; undefined removes one. */
  configure(changes: Record<string, string | undefined>): void;
  /** The state as it lies on disk, secrets encrypted. */
  exportState(): Promise<StackState>;
  /** The outputs of the program, secrets in plain text. */
  outputs(): Promise<Record<string, unknown>>;
};

/**
 * A stack with no resources yet. To be disposed: its folder goes, and with it its state and the record.
 * @throws Error with the engine's words where the stack cannot be made
 */
export async function createStack(request: StackRequest): Promise<StandInStack> {
  const { programDir, stack, timeoutMs = 45_000 } = request;
  const root = mkdtempSync(join(tmpdir(), 'stand-in-'));
  const settingsDir = join(root, 'settings');
  const configFile = join(settingsDir, `Pulumi.${stack}.yaml`);
  const record = join(root, 'record.jsonl');
  const env = await prepareEnvironment(request, root, record);
  let config: Record<string, string | undefined> = { ...request.config };

  const pulumi = async (args: readonly string[], cwd = programDir) => {
    const options = { cwd, env, timeoutMs };
    return runCommand('pulumi', [...args, '--stack', stack, '--non-interactive'], options);
  };
  const checked = async (args: readonly string[], cwd?: string): Promise<string> => {
    const { status, stdout, stderr } = await pulumi(args, cwd);
    if (status !== 0) throw new Error(`pulumi ${args.join(' ')} ended with ${status}:\n${stderr}${stdout}`);
    return stdout;
  };
  const configure = (changes: Record<string, string | undefined>): void => {
    config = { ...config, ...changes };
    const file = (parse(readFileSync(configFile, 'utf8')) ?? {}) as object;
    writeFileSync(configFile, stringify({ ...file, config }));
  };
  const update = async (...args: string[]): Promise<Outcome> => {
    const before = readCalls(record).length;
    const result = await pulumi([...args, '--json', '--config-file', configFile]);
    const events = result.stdout.split('\n').flatMap(parseEvent);
    const errors = events.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent?.severity === 'error' ? [diagnosticEvent.message.trim()] : [],
    );
    if (result.timedOut) errors.push(`pulumi ${args[0]} did not end within ${timeoutMs / 1000} s`);
    if (result.status !== 0 && errors.length === 0) errors.push(lastLines(result.stderr, 20));
    const changes = events.findLast(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {};
    const { stdout, stderr } = result;
    return { ok: result.status === 0, changes, errors, events, calls: readCalls(record).slice(before), stdout, stderr };
  };

  try {
    mkdirSync(settingsDir);
    copyFileSync(join(programDir, 'Pulumi.yaml'), join(settingsDir, 'Pulumi.yaml'));
    // The engine writes the stack's salt beside the project that it is started in: not beside the program.
    await checked(['stack', 'init', '--no-select'], settingsDir);
    configure({});
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
  return {
    preview: () => update('preview'),
    up: () => update('up', '--yes', '--skip-preview'),
    destroy: () => update('destroy', '--yes', '--skip-preview'),
    refresh: () => update('refresh', '--yes', '--skip-preview'),
    configure,
    exportState: async () => JSON.parse(await checked(['stack', 'export'])) as StackState,
    outputs: async () =>
      JSON.parse(await checked(['stack', 'output', '--json', '--show-secrets'])) as Record<string, unknown>,
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The launcher's environment of the CLI, with state, keys and plugins in a folder of this stack alone. */
async function prepareEnvironment(
  { programDir, standIns, env, commands = {}, modules = {} }: StackRequest,
  root: string,
  record: string,
): Promise<NodeJS.ProcessEnv> {
  const own = { XDG_DATA_HOME: join(root, 'data') };
  const paths = labPaths({ ...process.env, ...own });
  const context: LabContext = {
    paths,
    stateDir: join(paths.dataDir, 'state'),
    passphraseFile: join(paths.dataDir, 'passphrase'),
    sshKeyFile: join(paths.dataDir, 'ssh', 'id_ed25519'),
  };
  const silent = (): void => undefined;
  const [toolchain] = await Promise.all([ensurePulumi({ paths, report: silent }), ensureKeys(context, silent)]);
  const pulumiHome = join(root, 'home');
  lendPlugins(toolchain.pulumiHome, pulumiHome, standIns);
  for (const plugin of standIns) installStandIn(plugin, pulumiHome, record);
  const commandsDir = join(root, 'commands');
  mkdirSync(commandsDir);
  for (const [name, script] of Object.entries(commands))
    writeFileSync(join(commandsDir, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const engine = pulumiEnvironment(context, { ...toolchain, pulumiHome });
  return {
    ...process.env,
    ...own,
    ...engine,
    PATH: `${commandsDir}:${engine.PATH}`,
    ...replacing(programDir, modules),
    PULUMI_ENABLE_STREAMING_JSON_PREVIEW: '1',
    // A plugin that is missing is an error here, not something to be downloaded.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '1',
    ...env,
  };
}

function replacing(programDir: string, modules: Record<string, string>): NodeJS.ProcessEnv {
  const urls = Object.entries(modules).map(([own, other]) => [
    pathToFileURL(join(programDir, own)).href,
    pathToFileURL(other).href,
  ]);
  if (urls.length === 0) return {};
  const preload = `--import=${pathToFileURL(join(import.meta.dirname, 'replace-modules.ts')).href}`;
  return {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${preload}`.trim(),
    STAND_IN_MODULES: JSON.stringify(Object.fromEntries(urls)),
  };
}

function parseEvent(line: string): EngineEvent[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as EngineEvent];
  } catch {
    return [];
  }
}
