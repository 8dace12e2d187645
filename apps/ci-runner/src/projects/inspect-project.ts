/** From the files at the top of a repository to what the CI has to know of it. Runs in the sandbox: its input is anybody's. */
import { parse as parseToml } from 'smol-toml';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { type LabCiFile, LabCiFileError, readLabCiFile } from './lab-ci-file.ts';
import type { Language, NodeProject, Project, PythonProject } from './project.ts';
import { isPlainRequirement, readRequirements } from './requirement.ts';

/** A repository before anything of it runs. */
export interface Tree {
  /** Names of the files at its top. */
  files: readonly string[];
  /** Texts of those files that are read, by name. */
  texts: Readonly<Record<string, string>>;
}

/** Files whose text is read, and the bytes that each may have. */
export const READ_FILES: Readonly<Record<string, number>> = {
  'lab-ci.yaml': 64 * 1024,
  'requirements.txt': 1024 * 1024,
  'pyproject.toml': 1024 * 1024,
  'package.json': 1024 * 1024,
  'package-lock.json': 8 * 1024 * 1024,
};

const PYTHON_FILES = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'];
const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json'];
const MAX_REQUIREMENTS = 2_000;
const MAX_WORDS = 200;
/** What a package is built with where its pyproject.toml does not say (PEP 518). */
const USUAL_BUILD_TOOLS = ['setuptools>=40.8.0'];

export interface InspectOptions {
  /** Seconds that the lab allows the tests. */
  testSeconds: number;
  /** Author and subject of the commit, a line each. */
  commit: string;
  /** Why lab-ci.yaml could not be read as a file; null where it could, or is not there. */
  unreadable: string | null;
}

/** Describes a repository; what is wrong with its lab-ci.yaml is told in `problem`. */
export function inspectProject(tree: Tree, { testSeconds, commit, unreadable }: InspectOptions): Project {
  const { labCi, problem } = readOwnFile(tree.texts['lab-ci.yaml'], testSeconds);
  const [author = '', subject = ''] = commit.split('\n', 2).map((line) =>
    line
      .replaceAll(/\p{Cc}/gu, '')
      .slice(0, MAX_WORDS)
      .toWellFormed(),
  );
  return {
    author,
    subject,
    labCi,
    problem: unreadable ?? problem,
    language: detectLanguage(tree, labCi),
    python: inspectPython(tree),
    node: inspectNode(tree, labCi),
  };
}

function readOwnFile(text: string | undefined, testSeconds: number): Pick<Project, 'labCi' | 'problem'> {
  try {
    return { labCi: text === undefined ? null : readLabCiFile(text, { testSeconds }), problem: null };
  } catch (error) {
    if (error instanceof LabCiFileError) return { labCi: null, problem: error.message };
    throw error;
  }
}

/** The language of a repository by its files; null where there is no telling. */
export function detectLanguage({ files }: Tree, file: LabCiFile | null): Language | null {
  if (file?.language !== undefined) return file.language;
  if (PYTHON_FILES.some((name) => files.includes(name))) return 'python';
  if (files.includes('package.json')) return 'node';
  return files.some((name) => name.endsWith('.py')) ? 'python' : null;
}

const PyprojectSchema = Type.Object({
  project: Type.Optional(
    Type.Object({
      dependencies: Type.Optional(Type.Array(Type.String())),
      dynamic: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  'build-system': Type.Optional(Type.Object({ requires: Type.Optional(Type.Array(Type.String())) })),
});

function inspectPython(tree: Tree): PythonProject {
  const { files } = tree;
  return {
    isPackage: files.includes('pyproject.toml') || files.includes('setup.py'),
    hasRequirements: files.includes('requirements.txt'),
    shared: findSharedPython(tree),
  };
}

function findSharedPython({ files, texts }: Tree): PythonProject['shared'] {
  const text = texts['pyproject.toml'];
  const hasPyproject = files.includes('pyproject.toml');
  // A file that was not read says more than can be shared, and so does a setup.py, which says it only when it runs.
  if (hasPyproject !== (text !== undefined) || (files.includes('setup.py') && !hasPyproject)) return null;
  if (files.includes('requirements.txt') && texts['requirements.txt'] === undefined) return null;
  const pyproject = text === undefined ? {} : readPyproject(text);
  if (pyproject === null || pyproject.project?.dynamic?.includes('dependencies')) return null;
  const requirements = readRequirements(texts['requirements.txt'] ?? '');
  const all = [...requirements, ...(pyproject.project?.dependencies ?? [])];
  if (all.length > MAX_REQUIREMENTS || !all.every(isPlainRequirement)) return null;
  const buildTools = hasPyproject ? (pyproject['build-system']?.requires ?? USUAL_BUILD_TOOLS) : [];
  return { requirements, buildTools: buildTools.filter(isPlainRequirement).slice(0, MAX_REQUIREMENTS), hasPyproject };
}

function readPyproject(text: string): Type.Static<typeof PyprojectSchema> | null {
  try {
    const read: unknown = parseToml(text);
    return Value.Check(PyprojectSchema, read) ? read : null;
  } catch {
    return null;
  }
}

/** A lock file of npm 7 and later. */
const LockSchema = Type.Object({
  lockfileVersion: Type.Integer({ minimum: 2 }),
  packages: Type.Record(
    Type.String(),
    Type.Object({
      resolved: Type.Optional(Type.String()),
      integrity: Type.Optional(Type.String()),
      link: Type.Optional(Type.Boolean()),
      inBundle: Type.Optional(Type.Boolean()),
    }),
  ),
});

function inspectNode({ files, texts }: Tree, labCi: LabCiFile | null): NodeProject {
  const manifest = texts['package.json'];
  return {
    isLocked: LOCK_FILES.some((name) => files.includes(name)),
    choosesReporter: `${manifest ?? ''}${labCi?.test ?? ''}`.includes('--test-reporter'),
    mayShare: manifest !== undefined && !files.includes('npm-shrinkwrap.json') && isByHash(texts['package-lock.json']),
  };
}

/**
 * Whether a lock file names nothing but packages of registries, each by a hash of its content: no folder, link, archive or Git
 * repository, whose content the repository itself could choose.
 */
function isByHash(text: string | undefined): boolean {
  let lock: unknown;
  try {
    lock = JSON.parse(text ?? '');
  } catch {
    return false;
  }
  if (!Value.Check(LockSchema, lock)) return false;
  return Object.entries(lock.packages).every(([path, { resolved, integrity, link, inBundle }]) => {
    if (path === '') return true;
    if (!path.startsWith('node_modules/') || link === true) return false;
    // Part of the archive of the package around it.
    if (inBundle === true) return true;
    return integrity?.startsWith('sha512-') === true && (resolved === undefined || resolved.startsWith('https://'));
  });
}
