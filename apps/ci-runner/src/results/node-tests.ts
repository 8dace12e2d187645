/** How Node's own test runner comes to write a list of its results, whatever `npm test` calls it with. */

/**
 * The variables of the test step that make `node --test`, and programs that use node:test, append their results to
 * `junitFile` while they print what they always print. Other programs of Node are not changed by them.
 * @param choosesReporter whether the project chooses reporters itself
 * @param paths the reporter node-test-reporter.mjs and the file to write, both without spaces
 * @returns nothing where the project chooses reporters itself: Node takes one list of them only
 */
export function nodeTestVariables(
  choosesReporter: boolean,
  paths: { reporter: string; junitFile: string },
): Record<string, string> {
  if (choosesReporter) return {};
  const options = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${paths.reporter}`, '--test-reporter-destination=stderr'],
  ];
  return { NODE_OPTIONS: options.join(' '), LAB_JUNIT_FILE: paths.junitFile };
}
