/** Reads lab-ci.yaml, in which a repository may say how it wants to be tested. All that is wrong with it is told at once. */
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { projectPath } from '../results/report-files.ts';
import { suggestWord } from './suggest-word.ts';

// As JSON Schema these are read by editors too.
const Command = (description: string) =>
  Type.String({ minLength: 1, pattern: '^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f]+$', description });
const Path = (description: string) =>
  Type.String({
    maxLength: 1_000,
    pattern: '^(?![/~])(?!(?:.*/)?\\.\\.(?:/|$))[^\\\\\\u0000-\\u001f\\u007f]+$',
    description,
  });

/** The form of lab-ci.yaml; every key may be left out. */
export const LabCiFileSchema = Type.Object(
  {
    language: Type.Optional(Type.Enum(['python', 'node'], { description: 'What the project is; else its files tell' })),
    install: Type.Optional(
      Type.Union([Command('One command'), Type.Array(Command('One command'), { maxItems: 100 })], {
        description: 'Shell commands that install what the tests need, in their order, in place of the usual ones',
      }),
    ),
    test: Type.Optional(Command('Shell command that runs the tests, in place of the usual one; 0 is success')),
    report: Type.Optional(Path('Folder with the HTML coverage report that the tests write')),
    coverage: Type.Optional(Path("Coverage file that the tests write: Cobertura XML, lcov or coverage.py's JSON")),
    results: Type.Optional(Path('JUnit XML file that the tests write')),
    timeout: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Seconds that the tests may take; at most what the lab allows' }),
    ),
    network: Type.Optional(
      Type.Enum(['none', 'internet'], { description: 'What the tests may reach; none where nothing is said' }),
    ),
  },
  { additionalProperties: false, title: 'lab-ci.yaml', description: 'How the CI of the lab tests this repository' },
);

/** What lab-ci.yaml says; paths are below the top of the repository, without `./` and a `/` at the end. */
export type LabCiFile = Omit<Static<typeof LabCiFileSchema>, 'install'> & { install?: string[] };

/** The file cannot be taken; the message is one sentence that names each line and what is wrong with it. */
export class LabCiFileError extends Error {
  override readonly name = 'LabCiFileError';
}

interface Problem {
  line: number;
  reason: string;
}

type Key = keyof typeof LabCiFileSchema.properties;

const KEYS = Object.keys(LabCiFileSchema.properties) as Key[];
const PATH = 'a path below the top of the repository, with / and without .., such as out/coverage';
const EXPECTED: Readonly<Record<Key, string>> = {
  language: 'python or node',
  install: 'a command or a list of commands',
  test: 'a command',
  report: PATH,
  coverage: PATH,
  results: PATH,
  timeout: 'a whole number of seconds, 1 or more',
  network: 'none or internet',
};
const PATH_KEYS: readonly Key[] = ['report', 'coverage', 'results'];
const COMMAND_KEYS: readonly Key[] = ['install', 'test'];
const NO_TRICKS = 'anchors, aliases and tags (&, *, !) are not allowed';

const MAX_BYTES = 64 * 1024;
const MAX_PROBLEMS = 5;
const MAX_SHOWN = 40;

/** What people do wrong most, in other words than the parser's. */
const SYNTAX: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'a text with ": " in it must stand in quotes',
  BAD_SCALAR_START: 'a text that begins with this character must stand in quotes',
  TAB_AS_INDENT: 'lines are indented with spaces, not with tabs',
  MULTIPLE_DOCS: 'the file must be one document, without --- in it',
  NON_STRING_KEY: 'a key must be one word',
  TAG_RESOLVE_FAILED: NO_TRICKS,
  RESOURCE_EXHAUSTION: 'lists in lists are nested too deep',
};

function toError(problems: readonly Problem[]): LabCiFileError {
  // What else is wrong with a line mostly follows from the first thing.
  const first = problems.filter(({ line }, index) => problems.findIndex((other) => other.line === line) === index);
  const sorted = first.toSorted((a, b) => a.line - b.line);
  const told = sorted.slice(0, MAX_PROBLEMS).map(({ line, reason }) => `line ${line}: ${reason}`);
  const rest = sorted.length > told.length ? `; and ${sorted.length - told.length} more` : '';
  return new LabCiFileError(`lab-ci.yaml, ${told.join('; ')}${rest}.`);
}

const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text;
};

/** Anchors, aliases and types of one's own are of no use in so small a file, and each is a way to trick its reader. */
function isTricky(node: unknown): boolean {
  if (isAlias(node)) return true;
  if (isSeq(node) && node.items.some(isTricky)) return true;
  return (isScalar(node) || isSeq(node) || isMap(node)) && (node.anchor !== undefined || node.tag !== undefined);
}

/** The value of a text, a number or a list of them; anything else is an object, which no key takes. */
function plainValue(node: unknown): unknown {
  if (isScalar(node)) return node.value;
  return isSeq(node) ? node.items.map((item) => (isScalar(item) ? item.value : {})) : {};
}

function checkValue(key: Key, value: unknown, testSeconds: number): string | null {
  if (value === null) return `"${key}" has no value`;
  const parts = [value].flat();
  const unquoted = parts.find((part) => typeof part === 'number' || typeof part === 'boolean');
  if (COMMAND_KEYS.includes(key) && unquoted !== undefined) return `"${key}" must be text: put ${unquoted} in quotes`;
  const isBlank = parts.some((part) => typeof part === 'string' && part.trim() === '');
  const isNoPath = PATH_KEYS.includes(key) && typeof value === 'string' && projectPath(value) === null;
  if (isBlank || isNoPath || !Value.Check(LabCiFileSchema.properties[key], value)) {
    return `"${key}" must be ${EXPECTED[key]}, which ${quote(value)} is not`;
  }
  if (key === 'timeout' && Number(value) > testSeconds) {
    return `"timeout" may be ${testSeconds} seconds at most, the limit that your teacher has set`;
  }
  return null;
}

function checkKey(key: unknown, known: ReadonlySet<string>): string | null {
  if (typeof key !== 'string' || !KEYS.some((each) => each === key)) {
    const meant = typeof key === 'string' ? suggestWord(key, KEYS) : null;
    const help = meant === null ? `the keys are ${KEYS.join(', ')}` : `did you mean "${meant}"?`;
    return `there is no key ${quote(key)}: ${help}`;
  }
  return known.has(key) ? `"${key}" is there twice` : null;
}

function readMap(text: string, testSeconds: number): Record<string, unknown> {
  const lines = new LineCounter();
  const lineOf = (node: unknown): number => lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  // Its own search for keys that are there twice takes seconds where there are thousands.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
  });
  const problems: Problem[] = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    reason: SYNTAX[code] ?? message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, ''),
  }));
  if (problems.length > 0) throw toError(problems);
  const { contents } = document;
  if (contents === null) return {};
  if (!isMap(contents) || isTricky(contents)) {
    throw toError([
      { line: lineOf(contents), reason: 'the file must be a list of keys with values, such as test: make test' },
    ]);
  }
  const values: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? key.value : null;
    const tricky = isTricky(key) || isTricky(value) ? NO_TRICKS : null;
    const plain = plainValue(value);
    const reason = tricky ?? checkKey(name, known) ?? checkValue(name as Key, plain, testSeconds);
    if (reason !== null) problems.push({ line: lineOf(key), reason });
    known.add(String(name));
    values[String(name)] = plain;
  }
  if (problems.length > 0) throw toError(problems);
  return values;
}

/**
 * Reads the file.
 * @param limits testSeconds: what the teacher allows the tests
 * @throws LabCiFileError
 */
export function readLabCiFile(text: string, limits: { testSeconds: number }): LabCiFile {
  if (Buffer.byteLength(text) > MAX_BYTES) throw toError([{ line: 1, reason: 'the file is larger than 64 KiB' }]);
  const { install, ...values } = Value.Parse(LabCiFileSchema, readMap(text, limits.testSeconds));
  const file: LabCiFile = { ...values, ...(install === undefined ? {} : { install: [install].flat() }) };
  for (const key of ['report', 'coverage', 'results'] as const) {
    const path = file[key];
    if (path !== undefined) file[key] = projectPath(path) ?? path;
  }
  return file;
}
