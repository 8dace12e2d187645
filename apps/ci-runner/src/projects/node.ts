/** Node projects: npm ci, and npm test with the coverage that V8 itself measures. */
import { createHash } from 'node:crypto';
import { JOB_DIR, TOOLS_DIR } from '../sandbox/step.ts';
import { CACHE_VARIABLES, type Command, SRC_DIR, shellCommand } from './command.ts';
import type { LabCiFile } from './lab-ci-file.ts';
import { type FetchPlan, type Plan, type ResultPaths, type Tree, withOwnResults } from './plan.ts';

const NPM = ['/usr/local/bin/node', '/usr/local/lib/node_modules/npm/bin/npm-cli.js'];
const V8_COVERAGE = `${JOB_DIR}/out/v8`;
const COVERAGE = 'out/coverage';

/** Files that the tools of the field leave where nobody says otherwise come before what V8 measured. */
const RESULTS: ResultPaths = {
  junit: ['src/junit.xml', 'out/junit.xml'],
  coverage: ['src/coverage/lcov.info', 'src/coverage/cobertura-coverage.xml', `${COVERAGE}/lcov.info`],
  report: ['src/coverage/lcov-report', `${COVERAGE}/html`],
};

const INSTALL_VARIABLES: Readonly<Record<string, string>> = {
  ...CACHE_VARIABLES,
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  npm_config_logs_max: '0',
  // What a lock file names by its hash never changes.
  npm_config_prefer_offline: 'true',
};

const TEST_VARIABLES: Readonly<Record<string, string>> = {
  NODE_V8_COVERAGE: V8_COVERAGE,
  npm_config_cache: `${JOB_DIR}/home/.npm`,
  npm_config_update_notifier: 'false',
};

const INSTALL_FENCE = { network: 'registries', cache: 'layer', environment: INSTALL_VARIABLES } as const;

/** How a Node project is installed and tested. */
export function planNode(tree: Tree, file: LabCiFile | null): Plan {
  const fence = { network: file?.network ?? 'none', cache: 'none', environment: TEST_VARIABLES } as const;
  const ownInstall = file?.install?.map((line) => shellCommand(line, INSTALL_FENCE));
  return {
    language: 'node',
    tool: file?.test === undefined ? 'npm' : 'command',
    fetch: planFetch(tree),
    install: ownInstall ?? [npm(isLocked(tree) ? 'ci' : 'install', INSTALL_FENCE)],
    test: file?.test === undefined ? npm('test', fence) : shellCommand(file.test, fence),
    collect: [
      {
        label: '',
        argv: [
          '/usr/local/bin/node',
          `${TOOLS_DIR}/collect-coverage.mjs`,
          V8_COVERAGE,
          SRC_DIR,
          `${JOB_DIR}/${COVERAGE}`,
        ],
        directory: SRC_DIR,
        network: 'none',
        cache: 'none',
        environment: {},
      },
    ],
    results: withOwnResults(RESULTS, file),
  };
}

const isLocked = ({ files }: Tree): boolean =>
  files.includes('package-lock.json') || files.includes('npm-shrinkwrap.json');

function npm(verb: string, fence: Pick<Command, 'network' | 'cache' | 'environment'>, ...options: string[]): Command {
  return { label: ['npm', verb, ...options].join(' '), argv: [...NPM, verb, ...options], directory: SRC_DIR, ...fence };
}

/** Downloads what the lock file names; scripts of packages are not run. */
function planFetch({ texts }: Tree): FetchPlan | null {
  const manifest = texts['package.json'];
  const lock = texts['package-lock.json'];
  if (manifest === undefined || lock === undefined) return null;
  const files = { 'src/package.json': manifest, 'src/package-lock.json': lock };
  return {
    key: createHash('sha256').update(JSON.stringify(files)).digest('hex'),
    files,
    commands: [{ ...npm('ci', { ...INSTALL_FENCE, cache: 'write' }, '--ignore-scripts'), label: '' }],
  };
}
