/** What is done with a project: its commands, and where they leave their results. */
import { JOB_DIR } from '../sandbox/step.ts';
import { type Command, command, LAB_FENCE } from './command.ts';
import type { LabCiFile } from './lab-ci-file.ts';
import type { Language } from './project.ts';

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

/** Texts of a repository's files that are handed on as they are, to the sandbox that fetches packages. Nobody reads them here. */
export type SharedFiles = Partial<Record<'pyproject.toml' | 'package.json' | 'package-lock.json', string>>;

/** Removes result files that came with the checkout: reports by their first page, as their folder may hold other things. */
export function clearResults({ junit, coverage, report }: ResultPaths): Command[] {
  const files = [...junit, ...coverage, ...report.map((folder) => `${folder}/index.html`)];
  const own = files.filter((file) => file.startsWith('src/'));
  return own.length === 0 ? [] : [command('', ['/usr/bin/rm', '-f', '--', ...own], LAB_FENCE, JOB_DIR)];
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
