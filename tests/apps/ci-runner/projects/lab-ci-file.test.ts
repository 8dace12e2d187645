/** lab-ci.yaml: what it may say, and that all that is wrong with it is told with its line. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LabCiFileError, LabCiFileSchema, readLabCiFile } from '../../../../apps/ci-runner/src/projects/lab-ci-file.ts';

const read = (text: string) => readLabCiFile(text, { testSeconds: 300 });

describe('readLabCiFile', () => {
  it('takes a file that says everything', () => {
    const text = [
      '# how we are tested',
      'language: node',
      'install:',
      '  - npm ci',
      '  - npm run build',
      'test: |',
      '  npm run lint',
      '  npm test',
      'report: ./coverage/html/',
      'coverage: coverage/lcov.info',
      'results: "out/junit results.xml"',
      'timeout: 300',
      'network: internet',
    ];
    expect(read(text.join('\r\n'))).toEqual({
      language: 'node',
      install: ['npm ci', 'npm run build'],
      test: 'npm run lint\nnpm test\n',
      report: 'coverage/html',
      coverage: 'coverage/lcov.info',
      results: 'out/junit results.xml',
      timeout: 300,
      network: 'internet',
    });
  });

  it.each([
    ['', {}],
    ['# nothing yet\n', {}],
    ['install: pip install .', { install: ['pip install .'] }],
    ['\uFEFFtest: make', { test: 'make' }],
    ['{test: make, network: none}', { test: 'make', network: 'none' }],
  ])('takes %j', (text, file) => expect(read(text)).toEqual(file));

  it.each([
    [
      'a: 1',
      1,
      'there is no key "a": the keys are language, install, test, report, coverage, results, timeout, network',
    ],
    ['\ninstal: x', 2, 'there is no key "instal": did you mean "install"?'],
    ['Tests: x', 1, 'did you mean "test"?'],
    ['time: 3', 1, 'did you mean "timeout"?'],
    ['__proto__: {a: 1}', 1, 'there is no key "__proto__"'],
    ['<<: {test: a}', 1, 'there is no key "<<"'],
    ['1: a', 1, 'there is no key "1"'],
    ['? [a]\n: b', 1, 'a key must be one word'],
    ['test: a\n\ntest: b', 3, '"test" is there twice'],
    ['test:', 1, '"test" has no value'],
    ['test: ""', 1, '"test" must be a command, which "" is not'],
    ['test: "  "', 1, '"test" must be a command'],
    ['test: [a]', 1, '"test" must be a command, which ["a"] is not'],
    ['test: 12', 1, '"test" must be text: put 12 in quotes'],
    ['test: true', 1, 'put true in quotes'],
    ['test: "\\e[2J"', 1, '"test" must be a command'],
    ['install: [[]]', 1, '"install" must be a command or a list of commands'],
    ['install: [a, {b: c}]', 1, '"install" must be a command or a list of commands'],
    ['install:\n- a\n- 7', 1, 'put 7 in quotes'],
    ['language: ruby', 1, '"language" must be python or node, which "ruby" is not'],
    ['network: no', 1, '"network" must be none or internet, which "no" is not'],
    ['timeout: 301', 1, '"timeout" may be 300 seconds at most, the limit that your teacher has set'],
    ['timeout: 0', 1, '"timeout" must be a whole number of seconds, 1 or more, which 0 is not'],
    ['timeout: 1.5', 1, 'which 1.5 is not'],
    ['timeout: "60"', 1, 'which "60" is not'],
    ['timeout: .inf', 1, '"timeout" must be a whole number'],
    ['report: ../out', 1, '"report" must be a path below the top of the repository'],
    ['report: a/../../b', 1, '"report" must be a path'],
    ['report: .', 1, '"report" must be a path'],
    ['coverage: /etc/passwd', 1, '"coverage" must be a path'],
    ['coverage: ~/x', 1, '"coverage" must be a path'],
    ['coverage: a\\b', 1, '"coverage" must be a path'],
    ['results: "a\\nb"', 1, '"results" must be a path'],
    ['test: &x a', 1, 'anchors, aliases and tags (&, *, !) are not allowed'],
    ['install: &a [x, *a]', 1, 'anchors, aliases and tags'],
    ['install: [!!str 1]', 1, 'anchors, aliases and tags'],
    ['test: !!js/function x', 1, 'anchors, aliases and tags'],
    ['&a test: b', 1, 'anchors, aliases and tags'],
    ['hello', 1, 'the file must be a list of keys with values'],
    ['- test: a', 1, 'the file must be a list of keys with values'],
    ['!!map {test: a}', 1, 'the file must be a list of keys with values'],
    ['test: a\n---\ntest: b', 2, 'the file must be one document'],
    ['test: npm test && echo "a: b"', 1, 'a text with ": " in it must stand in quotes'],
    ['test: a\n\tinstall: b', 2, 'lines are indented with spaces, not with tabs'],
    ['test: @a', 1, 'must stand in quotes'],
    ['test: "a', 1, 'missing closing "quote'],
    ['test: '.repeat(300), 1, 'must stand in quotes'],
    ['['.repeat(5_000), 1, 'nested too deep'],
    [`test: a${' '.repeat(64 * 1024)}`, 1, 'the file is larger than 64 KiB'],
  ])('refuses what is wrong (%#)', (text, line, reason) => {
    expect(() => read(text)).toThrow(LabCiFileError);
    expect(() => read(text)).toThrow(`lab-ci.yaml, line ${line}: `);
    expect(() => read(text)).toThrow(reason);
  });

  it('tells all at once, in the order of the lines', () => {
    const text = 'test: 1\nbogus: x\ntimeout: 900\n\nreport: /x\n';
    expect(() => read(text)).toThrow(
      new LabCiFileError(
        'lab-ci.yaml, line 1: "test" must be text: put 1 in quotes; ' +
          'line 2: there is no key "bogus": the keys are language, install, test, report, coverage, results, timeout, network; ' +
          'line 3: "timeout" may be 300 seconds at most, the limit that your teacher has set; ' +
          'line 5: "report" must be a path below the top of the repository, with / and without .., such as out/coverage, which "/x" is not.',
      ),
    );
  });

  it('tells what cannot be parsed in the order of the lines, too, and of each line one thing', () => {
    expect(() => read('test: !foo a\ninstall: @b: c\n')).toThrow(/^lab-ci\.yaml, line 1: [^;]*; line 2: [^;]*\.$/);
  });

  it('tells five things, and how many more there are', () => {
    const text = Array.from({ length: 400 }, (_, index) => `key${index}: x`).join('\n');
    expect(() => read(text)).toThrow(/line 5: [^;]*; and 395 more\.$/);
  });
});

describe('the schema for editors', () => {
  it('is the one that files are checked by', () => {
    const path = new URL('../../../../schemas/lab-ci.schema.json', import.meta.url);
    const { $schema, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect($schema).toContain('json-schema.org');
    expect(schema).toEqual(JSON.parse(JSON.stringify(LabCiFileSchema)));
  });
});
