/** Renders the user-data of a host: a pure function of the cloud-init files, the host and the variables given. */
import { parseDocument, stringify } from 'yaml';
import type { Host } from './lab.ts';
import { Problem } from './problem.ts';

/** The files of the folder cloud-init/: path below it -> text. */
export type CloudInitFiles = ReadonlyMap<string, string>;

type WriteFile = { path: string; content?: string; source?: string; permissions?: string };
type Command = string | string[] | { source: string };
type CloudConfig = Record<string, unknown> & {
  write_files?: WriteFile[] | undefined;
  bootcmd?: Command[];
  runcmd?: Command[];
  packages?: string[];
};

export type RenderOptions = {
  files: CloudInitFiles;
  /** What `{{name}}` stands for in any text of the files. */
  variables: Readonly<Record<string, string>>;
  /** True where the machine's image already holds every package and program, so that booting downloads nothing. */
  softwareInImage: boolean;
  /** What such a machine boots from is brought to it over SSH, by the host key in its user-data; else it fetches it by addresses. */
  delivered?: boolean;
  /** The machine shuts itself down each day. */
  shutsDown?: boolean;
  /** Certificates, PEM, that a machine without them in its image is to trust beside the usual ones. */
  authorities?: readonly string[];
};

/**
 * The user-data of a host: base.yaml and the files of its roles, merged (lists are joined, in that order), each
 * `source` replaced by that file's text, each `{{variable}}` filled in. For a machine with a plain image, the files of vm/ come
 * in between.
 * @throws Problem naming the file, where a variable or a source is unknown
 */
export function renderUserData(host: Host, options: RenderOptions): string {
  const { files, variables, softwareInImage } = options;
  const {
    package_update: _,
    packages,
    ...config
  } = listFiles(host, options)
    .map((path) => readConfig(files, path))
    .reduce(merge);
  const whole = {
    ...(softwareInImage ? {} : { package_update: true, packages: [...new Set(packages)], ...trust(options) }),
    ...config,
    bootcmd: (config.bootcmd ?? []).map((command) => withText(command, files)),
    runcmd: (config.runcmd ?? []).map((command) => withText(command, files)),
    write_files: (config.write_files ?? []).map((file) => withContent(file, options)),
  };
  return `#cloud-config\n${stringify(fillIn(whole, variables), { lineWidth: 0 })}`;
}

/** The files that make up a host's user-data, in order. */
function listFiles(
  host: Host,
  { files, softwareInImage, delivered = false, shutsDown = false }: RenderOptions,
): string[] {
  const roles = [...(shutsDown ? ['shutdown.yaml'] : []), ...host.roles.map(({ name }) => `${name}.yaml`)];
  if (softwareInImage) return ['base.yaml', ...roles];
  return [
    ...(delivered ? ['vm/delivered.yaml', 'base.yaml'] : ['base.yaml', 'vm/fetched.yaml']),
    'vm/base.yaml',
    ...roles.flatMap((path) => (files.has(`vm/${path}`) ? [`vm/${path}`, path] : [path])),
  ];
}

function trust({ authorities = [] }: RenderOptions): CloudConfig {
  return authorities.length === 0 ? {} : { ca_certs: { trusted: authorities } };
}

/** Every package that any role asks for, sorted: what a machine image has to hold. */
export function listPackages(files: CloudInitFiles): string[] {
  const names = [...files.keys()].filter((path) => /^[a-z-]+\.yaml$/.test(path));
  return [...new Set(names.flatMap((path) => readConfig(files, path).packages ?? []))].sort();
}

function readConfig(files: CloudInitFiles, path: string): CloudConfig {
  const document = parseDocument(fileText(files, path));
  if (document.errors.length > 0)
    throw new Problem(`cloud-init/${path} is not valid YAML: ${document.errors[0]?.message}`);
  return document.toJS() as CloudConfig;
}

function fileText(files: CloudInitFiles, path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Problem(`there is no file cloud-init/${path}`);
  return text;
}

function merge(base: CloudConfig, role: CloudConfig): CloudConfig {
  const merged: CloudConfig = { ...base };
  for (const [key, value] of Object.entries(role)) {
    const before = merged[key];
    merged[key] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
  }
  return merged;
}

function withContent({ source, ...file }: WriteFile, { files, variables }: RenderOptions): WriteFile {
  return source === undefined ? file : { ...file, content: fileText(files, fillInText(source, variables)) };
}

function withText(command: Command, files: CloudInitFiles): string | string[] {
  return typeof command === 'string' || Array.isArray(command) ? command : fileText(files, command.source);
}

function fillIn(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return fillInText(value, variables);
  if (Array.isArray(value)) return value.map((item) => fillIn(item, variables));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, variables)]));
  }
  return value;
}

function fillInText(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined)
      throw new Problem(
        `cloud-init: the variable {{${name}}} is unknown; known are ${Object.keys(variables).join(', ')}`,
      );
    return value;
  });
}
