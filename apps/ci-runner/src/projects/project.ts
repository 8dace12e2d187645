/** What is known of a checked-out repository before anything of it runs: read in the sandbox, handed to the runner as JSON. */
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { type LabCiFile, LabCiFileSchema } from './lab-ci-file.ts';

export type Language = 'python' | 'node';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Requirements = Type.Array(Type.String({ maxLength: 500 }), { maxItems: 2_000 });

const PythonProject = Type.Object({
  isPackage: Type.Boolean({ description: 'It has a pyproject.toml or a setup.py' }),
  hasRequirements: Type.Boolean({ description: 'It has a requirements.txt' }),
  shared: nullable(
    Type.Object(
      {
        requirements: Requirements,
        buildTools: Requirements,
        hasPyproject: Type.Boolean(),
      },
      { description: 'The packages that it names in plain words; null where it says more, or only when it is built' },
    ),
  ),
});
export type PythonProject = Static<typeof PythonProject>;

const NodeProject = Type.Object({
  isLocked: Type.Boolean({ description: 'It has a lock file of npm' }),
  choosesReporter: Type.Boolean({ description: "It chooses reporters of Node's test runner itself" }),
  mayShare: Type.Boolean({ description: 'Its lock file names packages of registries alone, each by its hash' }),
});
export type NodeProject = Static<typeof NodeProject>;

const ProjectSchema = Type.Object({
  author: Type.String({ maxLength: 200 }),
  subject: Type.String({ maxLength: 200 }),
  labCi: nullable(LabCiFileSchema),
  problem: nullable(Type.String({ maxLength: 2_000, description: 'Why its lab-ci.yaml cannot be taken' })),
  language: nullable(Type.Enum(['python', 'node'])),
  python: PythonProject,
  node: NodeProject,
});

/** A repository in the terms of the CI. */
export type Project = Omit<Static<typeof ProjectSchema>, 'labCi'> & { labCi: LabCiFile | null };

/** Bytes that its JSON may have. */
export const MAX_PROJECT_BYTES = 4 * 1024 * 1024;

/** Reads what describe-project wrote. @returns null where it is not that */
export function readProject(text: string): Project | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  // Commands under `install` are always a list there.
  return Value.Check(ProjectSchema, read) ? (read as Project) : null;
}
