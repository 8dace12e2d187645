/** Node projects: npm ci, and npm test with the coverage that V8 itself measures. */
import { createHash } from 'node:crypto';
import { nodeTestVariables } from '../results/node-tests.ts';
import { CACHE_DIR, JOB_DIR, TOOLS_DIR } from '../sandbox/step.ts';
import { type Command, command, type Fence, LAB_FENCE, SRC_DIR, shellCommand } from './command.ts';
import {
  clearResults,
  type Plan,
  type ResultPaths,
  type SharedFiles,
  type SharedPackages,
  withOwnResults,
} from './plan.ts';
import type { NodeProject, Project } from './project.ts';

const NODE = '/usr/local/bin/node';
const NPM = [NODE, '/usr/local/lib/node_modules/npm/bin/npm-cli.js'];
const V8_COVERAGE = `${JOB_DIR}/out/v8`;
const COVERAGE = 'out/coverage';

/** Files that the tools of the field leave where nobody says otherwise come before what V8 measured. */
const RESULTS: ResultPaths = {
  junit: ['src/junit.xml', 'out/junit.xml'],
  coverage: ['src/coverage/lcov.info', 'src/coverage/cobertura-coverage.xml', `${COVERAGE}/lcov.info`],
  report: ['src/coverage/lcov-report', COVERAGE],
};

const QUIET = { npm_config_update_notifier: 'false', npm_config_logs_max: '0' };
const INSTALL_VARIABLES: Readonly<Record<string, string>> = {
  ...QUIET,
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_cache: `${JOB_DIR}/npm`,
};
const TEST_VARIABLES: Readonly<Record<string, string>> = {
  ...QUIET,
  npm_config_cache: `${JOB_DIR}/npm`,
  NODE_V8_COVERAGE: V8_COVERAGE,
};

const INSTALL_FENCE: Fence = {
  programs: 'project',
  network: 'registries',
  cache: 'none',
  environment: INSTALL_VARIABLES,
};

const npm = (args: readonly string[], fence: Fence): Command =>
  command(['npm', ...args].join(' '), [...NPM, ...args], fence);

/** How a Node project is installed and tested. */
export function planNode({ node, labCi: file }: Project, files: SharedFiles): Plan {
  const reporting = nodeTestVariables(node.choosesReporter, {
    reporter: `${TOOLS_DIR}/node-test-reporter.mjs`,
    junitFile: `${JOB_DIR}/out/junit.xml`,
  });
  const testFence: Fence = {
    programs: 'project',
    network: file?.network ?? 'none',
    cache: 'none',
    environment: { ...TEST_VARIABLES, ...reporting },
  };
  const results = withOwnResults(RESULTS, file);
  return {
    language: 'node',
    tool: file?.test === undefined ? 'npm' : 'command',
    shared: file?.install === undefined ? shareNodePackages(node, files) : null,
    install: file?.install?.map((line) => shellCommand(line, INSTALL_FENCE)) ?? [
      npm([node.isLocked ? 'ci' : 'install'], INSTALL_FENCE),
    ],
    test: file?.test === undefined ? npm(['test'], testFence) : shellCommand(file.test, testFence),
    clear: clearResults(results),
    collect: [
      command(
        '',
        [NODE, `${TOOLS_DIR}/collect-coverage.mjs`, V8_COVERAGE, SRC_DIR, `${JOB_DIR}/${COVERAGE}`],
        LAB_FENCE,
      ),
    ],
    results,
  };
}

/** npm's own cache with what a lock file names; scripts of packages are not run while it is filled. */
function shareNodePackages({ mayShare }: NodeProject, texts: SharedFiles): SharedPackages | null {
  const manifest = texts['package.json'];
  const lock = texts['package-lock.json'];
  if (!mayShare || manifest === undefined || lock === undefined) return null;
  const files = { 'src/package.json': manifest, 'src/package-lock.json': lock };
  const key = `node-${createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 32)}`;
  const offline = { ...INSTALL_VARIABLES, npm_config_cache: `${CACHE_DIR}/${key}/npm`, npm_config_offline: 'true' };
  return {
    key,
    files,
    fetch: [npm(['ci', '--ignore-scripts'], { ...INSTALL_FENCE, programs: 'lab' })],
    save: ['npm'],
    install: [
      {
        ...npm(['ci'], { programs: 'project', network: 'none', cache: 'read', environment: offline }),
        label: 'npm ci    # what it needs is in the cache of this runner',
      },
    ],
  };
}
