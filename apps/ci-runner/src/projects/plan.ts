/** What is done with a project: its commands, and where they leave their results. */
import { JOB_DIR } from '../sandbox/step.ts';
import { type Command, command } from './command.ts';
import type { LabCiFile } from './lab-ci-file.ts';

export type Language = 'python' | 'node';

/** Packages that jobs share: they are fetched once by a sandbox that runs nothing of a repository, and then only read. */
export interface SharedPackages {
  /** The same key: the same packages. They lie in the folder of this name. */
  key: string;
  /** What the fetching sandbox is given: path below the job's folder -> text. */
  files: Readonly<Record<string, string>>;
  /** Fetch them; what `save` names is what is shared. */
  fetch: readonly Command[];
  /** Folders below the job's folder. */
  save: readonly string[];
  /** Install from them without a network. Where that fails, the usual install is tried. */
  install: readonly Command[];
}

/** Files below the job's folder that the tests may leave. */
export interface ResultPaths {
  junit: readonly string[];
  coverage: readonly string[];
  /** Folders with an index.html. */
  report: readonly string[];
}

export interface Plan {
  language: Language;
  /** Of the verdict: whether pytest's exit codes mean what they say. */
  tool: 'pytest' | 'npm' | 'command';
  /** null: this project says more than can be shared. */
  shared: SharedPackages | null;
  install: readonly Command[];
  /** Remove results that somebody has committed, which would pass for those of this run. */
  clear: readonly Command[];
  test: Command;
  /** Run after the tests, whatever came of them. */
  collect: readonly Command[];
  results: ResultPaths;
}

/** What is known of a checked-out repository before anything of it runs. */
export interface Tree {
  /** Names of the files at its top. */
  files: readonly string[];
  /** Texts of those files that a plan is made from, by name. */
  texts: Readonly<Record<string, string>>;
}

/** Files whose text a plan needs. */
export const PLAN_FILES = ['requirements.txt', 'pyproject.toml', 'package.json', 'package-lock.json'] as const;

const PYTHON_FILES = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'];

/** The language of a repository by its files; null where there is no telling. */
export function detectLanguage({ files }: Tree, file: LabCiFile | null): Language | null {
  if (file?.language !== undefined) return file.language;
  if (PYTHON_FILES.some((name) => files.includes(name))) return 'python';
  if (files.includes('package.json')) return 'node';
  return files.some((name) => name.endsWith('.py')) ? 'python' : null;
}

/** Removes result files that came with the checkout: reports by their first page, as their folder may hold other things. */
export function clearResults({ junit, coverage, report }: ResultPaths): Command[] {
  const files = [...junit, ...coverage, ...report.map((folder) => `${folder}/index.html`)];
  const own = files.filter((file) => file.startsWith('src/'));
  const fence = { network: 'none', cache: 'none', environment: {} } as const;
  return own.length === 0 ? [] : [command('', ['rm', '-f', '--', ...own], fence, JOB_DIR)];
}

/** Result files that lab-ci.yaml names, put before the usual ones. */
export function withOwnResults(usual: ResultPaths, file: LabCiFile | null): ResultPaths {
  const own = (path: string | undefined): string[] => (path === undefined ? [] : [`src/${path}`]);
  return {
    junit: [...own(file?.results), ...usual.junit],
    coverage: [...own(file?.coverage), ...usual.coverage],
    report: [...own(file?.report), ...usual.report],
  };
}
